/**
 * The address of each host that the others use as next hop. A pin decides. Unpinned, a prefix that all hosts are
 * connected to is taken before what SSH or the default route point at, for a private network between the hosts is
 * better than the management address in front of it.
 */
import { MeshError } from '../error/mesh-error.ts';
import { type Owners, ownersOf, sharedPrefix, withoutTwins } from './across-hosts.ts';
import type { Candidate, HostFacts } from './candidate.ts';
import { defaultRouteSource } from './default-route.ts';
import { sameAddress, type UnderlayHost, undecided } from './no-underlay.ts';
import { lookAt, type Sight } from './sight.ts';

/** An address, its connected prefix and interface, and what spoke for it. */
export type Underlay = Candidate & {
  readonly how: 'pinned' | 'remembered' | 'shared' | 'ssh' | 'default-route' | 'only';
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
 * @param inUse host name -> underlay address of the last sync. Counts while the facts of some host are missing: what
 *   is chosen from a part of the mesh could be another address, and change back when that host returns.
 */
export function detectUnderlays(
  hosts: readonly UnderlayHost[],
  facts: ReadonlyMap<string, HostFacts>,
  pool: string,
  inUse: ReadonlyMap<string, string> = new Map(),
): Underlays {
  const looks = hosts.flatMap((host) => {
    const its = facts.get(host.name);
    return its ? [lookAt(host, its, pool)] : [];
  });
  const seen = looks.filter((look): look is Sight => !(look instanceof MeshError));
  const memory = looks.length < hosts.length ? inUse : new Map<string, string>();
  const owners = ownersOf(seen);
  const sights = seen.map((sight) => rememberOnly(withoutTwins(sight, owners), memory));
  const shared = sharedPrefix(sights);
  const found = sights.map((sight, at) => {
    const underlay = choose(sight, shared, memory);
    return [sight.host.name, underlay ?? whyNone(sight, seen[at], owners)] as const;
  });
  return {
    underlays: new Map(
      found.flatMap(([name, one]) => (one instanceof MeshError ? [] : [[name, one] as const])),
    ),
    problems: [...looks, ...found.map(([, one]) => one)].filter((one) => one instanceof MeshError),
  };
}

/** So that hosts without a memory look for a prefix that they share with what the others use. */
function rememberOnly(sight: Sight, memory: ReadonlyMap<string, string>): Sight {
  const address = memory.get(sight.host.name);
  const remembered = sight.candidates.filter((candidate) => candidate.address === address);
  return remembered.length > 0 ? { ...sight, candidates: remembered } : sight;
}

function choose(
  { host, facts, candidates }: Sight,
  shared: string | undefined,
  memory: ReadonlyMap<string, string>,
): Underlay | undefined {
  const [first, second] = candidates;
  if (first && host.underlay !== undefined) return { ...first, how: 'pinned' };
  if (first && first.address === memory.get(host.name)) return { ...first, how: 'remembered' };
  const inShared = candidates.find((candidate) => candidate.prefix === shared);
  if (inShared) return { ...inShared, how: 'shared' };
  const arrived = candidates.find((candidate) => candidate.address === facts.sshServerAddress);
  if (arrived) return { ...arrived, how: 'ssh' };
  const source = defaultRouteSource(facts.routes, candidates);
  if (source) return { ...source, how: 'default-route' };
  return first && !second ? { ...first, how: 'only' } : undefined;
}

/** @param before the same host with the addresses that it shares with others */
function whyNone({ host, candidates }: Sight, before: Sight | undefined, owners: Owners): MeshError {
  const twin = before?.candidates[0]?.address;
  if (candidates.length > 0 || twin === undefined) return undecided(host, candidates);
  const others = (owners.get(twin) ?? []).filter((name) => name !== host.name);
  return sameAddress(host, twin, others);
}
