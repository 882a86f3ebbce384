/** What may become the underlay of one host, seen alone. */
import { MeshError } from '../error/mesh-error.ts';
import { checkedPrefix, parseAddress, parsePrefix } from '../net/prefix.ts';
import { type Candidate, globalAddresses, type HostFacts, liesIn, outwardAddresses } from './candidate.ts';
import { insidePool, noCandidate, pinNotFound, type UnderlayHost } from './no-underlay.ts';

/** A host with the addresses that it may be reached by, at least one. */
export type Sight = {
  readonly host: UnderlayHost;
  readonly facts: HostFacts;
  readonly candidates: readonly Candidate[];
};

/** A pinned host has one candidate. `no-underlay`: the pin is not there, all is in the pool, or there is nothing. */
export function lookAt(host: UnderlayHost, facts: HostFacts, pool: string): Sight | MeshError {
  const candidates = candidatesOf(host, facts, pool);
  return candidates instanceof MeshError ? candidates : { host, facts, candidates };
}

function candidatesOf(
  host: UnderlayHost,
  facts: HostFacts,
  poolText: string,
): readonly Candidate[] | MeshError {
  const pool = checkedPrefix(poolText);
  const all = globalAddresses(facts);
  const wanted = host.underlay === undefined ? outwardAddresses(facts) : all.filter(matcher(host.underlay));
  const outside = wanted.filter((candidate) => !liesIn(candidate, pool));
  if (outside.length > 0) return host.underlay === undefined ? outside : outside.slice(0, 1);
  if (wanted.length > 0) return insidePool(host, poolText, wanted);
  return host.underlay === undefined ? noCandidate(host, all) : pinNotFound(host, host.underlay, all);
}

function matcher(pin: string): (candidate: Candidate) => boolean {
  if (parseAddress(pin) !== undefined) return (candidate) => candidate.address === pin;
  const prefix = parsePrefix(pin);
  return prefix ? (candidate) => liesIn(candidate, prefix) : (candidate) => candidate.interface === pin;
}
