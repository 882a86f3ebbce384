import { listSome } from '../error/listing.ts';
import { MeshError } from '../error/mesh-error.ts';
import { contains, formatPrefix, overlaps, type Prefix } from '../net/prefix.ts';
import { growPool } from './default-pool.ts';
import type { AllocationInput } from './model.ts';
import { describeOccupied, type OccupiedRange } from './overlap.ts';

export type Shortage = {
  readonly input: AllocationInput;
  readonly pool: Prefix;
  /** Names of the hosts that got nothing. */
  readonly without: readonly string[];
  /** Networks in use, without the summaries. */
  readonly occupied: readonly OccupiedRange[];
  /** Blocks that hosts have or had: name -> prefix. */
  readonly remembered: readonly (readonly [string, Prefix])[];
};

/** Why there is no block left: `pool-overlap` when a network covers the whole pool, else `pool-exhausted`. */
export function explainShortage(shortage: Shortage): MeshError {
  const { pool, without, occupied, input } = shortage;
  const covering = occupied.filter((entry) => contains(entry.range, pool));
  if (covering.length > 0) {
    return new MeshError({
      code: 'pool-overlap',
      message: `The pool ${formatPrefix(pool)} lies inside ${describeOccupied(covering)}`,
      cure: 'Set `pool:` in the inventory to a range that no host uses',
    });
  }
  const reasons = [...blocksInTheWay(shortage), ...networksInTheWay(pool, occupied)];
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  return new MeshError({
    code: 'pool-exhausted',
    message: `The pool ${formatPrefix(pool)} has no free block of /${input.blockLength} for ${listSome(without)}${why}`,
    cure: exhaustionCure(pool),
  });
}

function blocksInTheWay({ input, pool, remembered }: Shortage): readonly string[] {
  const names = new Set(remembered.filter(([, block]) => overlaps(pool, block)).map(([name]) => name));
  const present = input.hosts.filter((host) => names.has(host.name)).length;
  const known = new Set(input.hosts.map((host) => host.name));
  const left = [...names].filter((name) => !known.has(name));
  return [
    ...(present > 0
      ? [`${present} ${present === 1 ? 'host has its' : 'hosts have their'} blocks there`]
      : []),
    ...(left.length > 0
      ? [`blocks are still kept for hosts that left the inventory (${listSome(left)})`]
      : []),
  ];
}

function networksInTheWay(pool: Prefix, occupied: readonly OccupiedRange[]): readonly string[] {
  const inside = occupied.filter((entry) => overlaps(pool, entry.range));
  return inside.length > 0 ? [`in use are ${describeOccupied(inside)}`] : [];
}

function exhaustionCure(pool: Prefix): string {
  const grown = growPool(pool);
  const smaller = 'give new hosts smaller blocks';
  if (grown === undefined) return `In the inventory, ${smaller}; what a host holds stays`;
  return `Set \`pool: ${formatPrefix(grown)}\` in the inventory, which contains this one, so that all addresses stay; or ${smaller}`;
}
