import { comparePrefixes, endOf, type Prefix, sizeOf } from '../net/prefix.ts';

/**
 * The first free blocks of a pool, ascending. One walk over the walls, whatever is wanted.
 * @param length prefix length of a block
 * @param walls prefixes that no block may touch; in any order, may overlap each other and leave the pool
 * @param wanted how many; fewer come back when the pool has no more
 */
export function findFreeBlocks(
  pool: Prefix,
  length: number,
  walls: readonly Prefix[],
  wanted: number,
): readonly Prefix[] {
  const size = sizeOf(length);
  const sorted = walls.toSorted(comparePrefixes);
  const free: Prefix[] = [];
  let address = pool.address;
  let next = 0;
  while (free.length < wanted && address + size <= endOf(pool)) {
    let wall = sorted[next];
    while (wall !== undefined && endOf(wall) <= address) wall = sorted[++next];
    if (wall === undefined || wall.address >= address + size) {
      free.push({ address, length });
      address += size;
    } else {
      address = Math.ceil(endOf(wall) / size) * size;
    }
  }
  return free;
}
