/**
 * The address of each host that the others use as next hop. A pin decides. Unpinned, a prefix that all hosts are
 * connected to is taken before what SSH or the default route point at, for a private network between the hosts is
 * better than the management address in front of it.
 */

import { MeshError } from '../error/mesh-error.ts';
import type { RouteFact } from '../facts/model.ts';
import { checkedPrefix, contains, parseAddress, parsePrefix } from '../net/prefix.ts';
import { isPrivate } from '../net/private-ranges.ts';
import { type Candidate, globalAddresses, type HostFacts, liesIn, outwardAddresses } from './candidate.ts';
import {
  insidePool,
  noCandidate,
  pinNotFound,
  sameAddress,
  type UnderlayHost,
  undecided,
} from './no-underlay.ts';

/** An address, its connected prefix and interface, and what spoke for it. */
export type Underlay = Candidate & {
  readonly how: 'pinned' | 'shared' | 'ssh' | 'default-route' | 'only';
};

export type Underlays = {
  /** Host name -> underlay, in inventory order. */
  readonly underlays: ReadonlyMap<string, Underlay>;
  /** `no-underlay`, at most one a host. */
  readonly problems: readonly MeshError[];
};

/**
 * @param hosts in inventory order; those without facts are passed over
 * @param facts host name -> facts
 * @param pool canonical prefix; an underlay address inside it would be routed to a block
 */
export function detectUnderlays(
  hosts: readonly UnderlayHost[],
  facts: ReadonlyMap<string, HostFacts>,
  pool: string,
): Underlays {
  const problems: MeshError[] = [];
  const seen: Sight[] = [];
  for (const host of hosts) {
    const its = facts.get(host.name);
    const candidates = its && candidatesOf(host, its, pool);
    if (candidates instanceof MeshError) problems.push(candidates);
    else if (candidates) seen.push({ host, facts: its, candidates });
  }
  const owners = ownersOf(seen);
  const sights = seen.map((sight) => withoutTwins(sight, owners));
  const shared = sharedPrefix(sights);
  const underlays = new Map<string, Underlay>();
  for (const [at, sight] of sights.entries()) {
    const found = choose(sight, shared) ?? whyNone(sight, seen[at]?.candidates ?? [], owners);
    if (found instanceof MeshError) problems.push(found);
    else underlays.set(sight.host.name, found);
  }
  return { underlays, problems };
}

/** A host with the addresses that it may be reached by; a pinned host has one. */
type Sight = {
  readonly host: UnderlayHost;
  readonly facts: HostFacts;
  readonly candidates: readonly Candidate[];
};

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

function ownersOf(sights: readonly Sight[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const { host, candidates } of sights) {
    for (const address of new Set(candidates.map((candidate) => candidate.address))) {
      const names = owners.get(address);
      if (names) names.push(host.name);
      else owners.set(address, [host.name]);
    }
  }
  return owners;
}

/** An address that several hosts have, as 10.0.2.15 behind VirtualBox's NAT, leads to none of them. */
function withoutTwins(sight: Sight, owners: ReadonlyMap<string, readonly string[]>): Sight {
  const candidates = sight.candidates.filter((candidate) => owners.get(candidate.address)?.length === 1);
  return { ...sight, candidates };
}

/** The one prefix that every host is connected to; of several the one that is private, if only one is. */
function sharedPrefix(sights: readonly Sight[]): string | undefined {
  const able = sights.filter(({ candidates }) => candidates.length > 0);
  const sets = able.map(({ candidates }) => new Set(candidates.map((candidate) => candidate.prefix)));
  const [first, ...others] = sets;
  const shared = [...(first ?? [])].filter(
    (prefix) => !prefix.endsWith('/32') && others.every((set) => set.has(prefix)),
  );
  const preferred = shared.length > 1 ? shared.filter((prefix) => isPrivate(checkedPrefix(prefix))) : shared;
  return preferred.length === 1 ? preferred[0] : undefined;
}

function choose({ host, facts, candidates }: Sight, shared: string | undefined): Underlay | undefined {
  const [first, second] = candidates;
  if (first && host.underlay !== undefined) return { ...first, how: 'pinned' };
  const inShared = candidates.find((candidate) => candidate.prefix === shared);
  if (inShared) return { ...inShared, how: 'shared' };
  const arrived = candidates.find((candidate) => candidate.address === facts.sshServerAddress);
  if (arrived) return { ...arrived, how: 'ssh' };
  const source = defaultRouteSource(facts.routes, candidates);
  if (source) return { ...source, how: 'default-route' };
  return first && !second ? { ...first, how: 'only' } : undefined;
}

function whyNone(
  { host, candidates }: Sight,
  before: readonly Candidate[],
  owners: ReadonlyMap<string, readonly string[]>,
): MeshError {
  const twin = before[0]?.address;
  if (candidates.length > 0 || twin === undefined) return undecided(host, candidates);
  return sameAddress(
    host,
    twin,
    (owners.get(twin) ?? []).filter((name) => name !== host.name),
  );
}

/** What the kernel puts on packets to the world: the default route's `src`, else an address on its interface. */
function defaultRouteSource(
  routes: readonly RouteFact[],
  candidates: readonly Candidate[],
): Candidate | undefined {
  const [route] = routes
    .filter((one) => one.destination === '0.0.0.0/0' && one.type === 'unicast' && one.table === 'main')
    .sort((a, b) => a.metric - b.metric);
  if (!route) return undefined;
  const gateway = route.via === undefined ? undefined : parsePrefix(route.via);
  const onInterface = candidates.filter((candidate) => candidate.interface === route.interface);
  return (
    candidates.find((candidate) => candidate.address === route.source) ??
    onInterface.find((candidate) => gateway && contains(checkedPrefix(candidate.prefix), gateway)) ??
    onInterface[0]
  );
}
