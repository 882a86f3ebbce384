/** Which pool the mesh has: the inventory's, else the one in use, else a free one. */
import { listSome } from '../error/listing.ts';
import { MeshError } from '../error/mesh-error.ts';
import { checkedPrefix, contains, formatPrefix, type Prefix } from '../net/prefix.ts';
import { chooseDefaultPool } from './default-pool.ts';
import type { AllocationInput } from './model.ts';
import { describeOccupied, type OccupiedRange } from './overlap.ts';
import { findOverlaps, type PrefixIndex } from './prefix-index.ts';

/** The pool, or why there is none. */
export function choosePool(input: AllocationInput, occupied: PrefixIndex<OccupiedRange>): Prefix | MeshError {
  if (input.pool !== undefined) return givenPool(checkedPrefix(input.pool), input, occupied);
  return rememberedPool(input) ?? defaultPool(input, occupied);
}

/**
 * The inventory's pool. The rules on the hosts know the mesh by the pool's prefix, so a LAN inside it would lose its
 * masquerade: that is refused before anything is in use, and a warning afterwards (see poolWarnings).
 */
function givenPool(
  pool: Prefix,
  { held }: AllocationInput,
  occupied: PrefixIndex<OccupiedRange>,
): Prefix | MeshError {
  const inUse = [...held.values()].some(({ block }) => contains(pool, checkedPrefix(block)));
  const inside = findOverlaps(occupied, pool).filter(
    (entry) => entry.kind === 'attached' && contains(pool, entry.range),
  );
  if (inUse || inside.length === 0) return pool;
  return new MeshError({
    code: 'pool-overlap',
    message: `The pool ${formatPrefix(pool)} contains ${describeOccupied(inside)}`,
    cure: 'Set `pool:` in the inventory to a range that no host uses, or leave it out: a free one is chosen',
  });
}

/**
 * The pool that the file or the hosts name. A pool that grew contains its old self, so the widest holds; pools that
 * do not contain each other leave no choice that keeps every address.
 */
function rememberedPool(input: AllocationInput): Prefix | MeshError | undefined {
  const memories = poolMemories(input);
  const [first, ...others] = memories.map((memory) => memory.pool);
  if (first === undefined) return undefined;
  const widest = others.reduce((wide, pool) => (pool.length < wide.length ? pool : wide), first);
  if (others.every((pool) => contains(widest, pool)) && contains(widest, first)) return widest;
  const told = distinctPools(memories).map((memory) => `${formatPrefix(memory.pool)} (${memory.who})`);
  return new MeshError({
    code: 'allocation-conflict',
    message: `The mesh is remembered with different pools: ${listSome(told)}`,
    cure: 'Set `pool:` in the inventory to a prefix that contains them all, or pin `block:` for the hosts that shall move',
  });
}

type PoolMemory = { readonly pool: Prefix; readonly who: string };

/** A host that is pinned elsewhere leaves its old pool behind. */
function poolMemories(input: AllocationInput): readonly PoolMemory[] {
  const memories: PoolMemory[] = [];
  if (input.kept) memories.push({ pool: checkedPrefix(input.kept.pool), who: 'the allocation file' });
  for (const host of input.hosts) {
    const held = input.held.get(host.name);
    if (!held || (host.block !== undefined && host.block !== held.block)) continue;
    memories.push({ pool: checkedPrefix(held.pool), who: `host ${host.name}` });
  }
  return memories;
}

function distinctPools(memories: readonly PoolMemory[]): readonly PoolMemory[] {
  const firsts = new Map<string, PoolMemory>();
  for (const memory of memories) {
    const text = formatPrefix(memory.pool);
    if (!firsts.has(text)) firsts.set(text, memory);
  }
  return [...firsts.values()];
}

function defaultPool(input: AllocationInput, occupied: PrefixIndex<OccupiedRange>): Prefix | MeshError {
  const { hosts, blockLength, rumours } = input;
  const holds = hosts.flatMap((host) => host.block ?? rumours.get(host.name) ?? []).map(checkedPrefix);
  const isFree = (candidate: Prefix): boolean => findOverlaps(occupied, candidate).length === 0;
  const pool = chooseDefaultPool(hosts.length, blockLength, holds, isFree);
  return pool ?? noDefaultPool(input, occupied);
}

function noDefaultPool(input: AllocationInput, occupied: PrefixIndex<OccupiedRange>): MeshError {
  // The widest networks are those that leave no room.
  const widest = occupied.sorted.toSorted((a, b) => a.range.length - b.range.length);
  const used = widest.length > 0 ? ` Widest in use: ${describeOccupied(widest)}.` : '';
  return new MeshError({
    code: 'pool-overlap',
    message: `No private range is free on every host for ${input.hosts.length} blocks of /${input.blockLength}${used}`,
    cure: 'Set `pool:` in the inventory to a range that is yours to give; routes that only summarise it do no harm',
  });
}
