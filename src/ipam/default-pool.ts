/**
 * The pool of an inventory that names none. All candidates are private (RFC 1918), the order is fixed, and the first
 * one that touches nothing on any host is taken.
 */

import { checkedPrefix, contains, type Prefix, prefixOf, sizeOf } from '../net/prefix.ts';
import { isPrivate } from '../net/private-ranges.ts';

/** Pools by size. A /16 that is more than 3/4 full at the start would soon have to grow, so it is passed over. */
const sizes = [
  { length: 16, share: 3 / 4 },
  { length: 14, share: 1 },
  { length: 12, share: 1 },
];

/** Where few look for free space first. The search goes up from here, then down from here: 10.0 comes last. */
const start = checkedPrefix('10.208.0.0/16').address;
const ten = checkedPrefix('10.0.0.0/8');

/** Docker itself takes networks from here, from the bottom; so it is searched from the top, and after 10/8. */
const dockersOwn = checkedPrefix('172.16.0.0/12');

/** For few hosts where all of the above is in use; 192.168.0.0 itself is every home router's. */
const smallPools = ['192.168.128.0/17', '192.168.192.0/18', '192.168.128.0/18', '192.168.64.0/18'];

/** The prefix of four times the size around the pool; undefined when that would leave private space. */
export function growPool(pool: Prefix): Prefix | undefined {
  const grown = prefixOf(pool.address, Math.max(pool.length - 2, 0));
  return isPrivate(grown) ? grown : undefined;
}

/**
 * @param holds prefixes that the pool must contain: blocks that are pinned, or that routes still lead to
 * @param isFree whether no host uses any of it
 * @returns undefined: nothing that is large enough is free
 */
export function chooseDefaultPool(
  hosts: number,
  blockLength: number,
  holds: readonly Prefix[],
  isFree: (candidate: Prefix) => boolean,
): Prefix | undefined {
  const first = holds[0];
  const candidates = first
    ? sizes.map(({ length }) => prefixOf(first.address, length))
    : [...largePools(hosts, blockLength, isFree), ...smallPools.map(checkedPrefix)];
  return candidates.find(
    (candidate) =>
      fits(candidate.length, hosts, blockLength) &&
      holds.every((block) => contains(candidate, block)) &&
      isFree(candidate),
  );
}

function fits(length: number, hosts: number, blockLength: number): boolean {
  const share = sizes.find((size) => size.length === length)?.share ?? 3 / 4;
  return hosts <= (sizeOf(length) / sizeOf(blockLength)) * share;
}

function largePools(
  hosts: number,
  blockLength: number,
  isFree: (candidate: Prefix) => boolean,
): readonly Prefix[] {
  const length = sizes.find((size) => fits(size.length, hosts, blockLength))?.length;
  if (length === undefined) return [];
  const tens = subnets(ten, length);
  const all = [
    ...tens.filter((pool) => pool.address >= start),
    ...tens.filter((pool) => pool.address < start).toReversed(),
    ...subnets(dockersOwn, length).toReversed(),
  ];
  // A pool whose surroundings are free can grow to four times its size with no address changed.
  const growing = all.filter((pool) => {
    const grown = growPool(pool);
    return grown !== undefined && grown.address === pool.address && isFree(grown);
  });
  return [...growing, ...all];
}

function subnets(range: Prefix, length: number): readonly Prefix[] {
  const count = sizeOf(range.length) / sizeOf(length);
  return Array.from({ length: count }, (_, at) => ({ address: range.address + at * sizeOf(length), length }));
}
