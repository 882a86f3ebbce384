/**
 * The allocation: a block for each host. Pure, and the same for the same input.
 *
 * What a host has it keeps; new hosts get the first free blocks in inventory order. A new block also keeps clear of
 * what is only remembered: a host that moves, or that left the inventory, may still run on its old block.
 */
import { MeshError } from '../error/mesh-error.ts';
import { checkedPrefix, formatPrefix, type Prefix } from '../net/prefix.ts';
import { divideBlock } from './block.ts';
import type { Claim } from './claim.ts';
import { checkClaims, checkOverlaps } from './claim-check.ts';
import { settleClaims } from './claims.ts';
import { explainShortage } from './exhaustion.ts';
import { findFreeBlocks } from './free-blocks.ts';
import type { AllocationInput, AllocationResult, HostBlock } from './model.ts';
import { indexOccupied, isSummary, type OccupiedRange } from './overlap.ts';
import { choosePool } from './pool.ts';
import { poolWarnings } from './pool-warnings.ts';
import { findOverlaps } from './prefix-index.ts';

/**
 * Gives every host of the inventory its block, or says everything that stands in the way: `pool-exhausted`,
 * `pool-overlap`, `pin-conflict`, `allocation-conflict`.
 */
export function allocate(input: AllocationInput): AllocationResult {
  const occupied = indexOccupied(input.occupied);
  const pool = choosePool(input, occupied);
  if (pool instanceof MeshError) return { kind: 'refused', problems: [pool] };
  const settlement = settleClaims(input);
  const claims = [...settlement.claims.values()];
  const overlaps = checkOverlaps(claims, pool, occupied);
  const inUse = findOverlaps(occupied, pool);
  const fresh = findNewBlocks(input, pool, settlement.claims, inUse);
  const problems = [
    ...settlement.problems,
    ...checkClaims(claims, pool, input.docker0Length),
    ...overlaps.problems,
    ...fresh.problems,
  ];
  if (problems.length > 0) return { kind: 'refused', problems };
  return {
    kind: 'allocated',
    pool: formatPrefix(pool),
    blocks: divideBlocks(input, settlement.claims, fresh.blocks),
    warnings: [...poolWarnings(pool, inUse), ...settlement.warnings, ...overlaps.warnings],
  };
}

type NewBlocks = { readonly blocks: ReadonlyMap<string, Prefix>; readonly problems: readonly MeshError[] };

function findNewBlocks(
  input: AllocationInput,
  pool: Prefix,
  claims: ReadonlyMap<string, Claim>,
  inUse: readonly OccupiedRange[],
): NewBlocks {
  const names = input.hosts.map((host) => host.name).filter((name) => !claims.has(name));
  const occupied = inUse.filter((entry) => !isSummary(entry, pool));
  const remembered = rememberedBlocks(input);
  const walls = [...occupied.map((entry) => entry.range), ...remembered.map(([, block]) => block)];
  const free = findFreeBlocks(pool, input.blockLength, walls, names.length);
  const without = names.slice(free.length);
  return {
    blocks: new Map(free.map((block, at) => [names[at] ?? '', block])),
    problems: without.length > 0 ? [explainShortage({ input, pool, without, occupied, remembered })] : [],
  };
}

/** Every block that any memory gives to any host, in the inventory or not. */
function rememberedBlocks(input: AllocationInput): readonly (readonly [string, Prefix])[] {
  const told: readonly (readonly [string, string | undefined])[] = [
    ...input.hosts.map((host) => [host.name, host.block] as const),
    ...[...input.held].map(([name, held]) => [name, held.block] as const),
    ...(input.kept?.blocks ?? []),
    ...input.rumours,
  ];
  return told.flatMap(([name, block]) =>
    block === undefined ? [] : [[name, checkedPrefix(block)] as const],
  );
}

function divideBlocks(
  input: AllocationInput,
  claims: ReadonlyMap<string, Claim>,
  fresh: ReadonlyMap<string, Prefix>,
): ReadonlyMap<string, HostBlock> {
  const blocks = new Map<string, HostBlock>();
  for (const { name } of input.hosts) {
    const claim = claims.get(name);
    const block = claim?.range ?? fresh.get(name);
    if (block === undefined) continue;
    const parts = divideBlock(block, input.docker0Length, input.networkLength);
    blocks.set(name, { ...parts, reason: claim?.source ?? 'new' });
  }
  return blocks;
}
