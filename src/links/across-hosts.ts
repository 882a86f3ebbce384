/** What only shows when hosts are seen together: addresses that several have, and the prefix that all share. */

import { checkedPrefix } from '../net/prefix.ts';
import { isPrivate } from '../net/private-ranges.ts';
import type { Sight } from './sight.ts';

/** Address -> names of the hosts that have it. */
export type Owners = ReadonlyMap<string, readonly string[]>;

export function ownersOf(sights: readonly Sight[]): Owners {
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
export function withoutTwins(sight: Sight, owners: Owners): Sight {
  const candidates = sight.candidates.filter((candidate) => owners.get(candidate.address)?.length === 1);
  return { ...sight, candidates };
}

/** The one prefix that every host is connected to; of several the one that is private, if only one is. */
export function sharedPrefix(sights: readonly Sight[]): string | undefined {
  const able = sights.filter(({ candidates }) => candidates.length > 0);
  const sets = able.map(({ candidates }) => new Set(candidates.map((candidate) => candidate.prefix)));
  const [first, ...others] = sets;
  if (others.length === 0) return undefined;
  const shared = [...(first ?? [])].filter(
    (prefix) => !prefix.endsWith('/32') && others.every((set) => set.has(prefix)),
  );
  const preferred = shared.length > 1 ? shared.filter((prefix) => isPrivate(checkedPrefix(prefix))) : shared;
  return preferred.length === 1 ? preferred[0] : undefined;
}
