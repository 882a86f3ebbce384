import { contains, formatPrefix, type Prefix } from '../net/prefix.ts';
import type { AllocationWarning } from './model.ts';
import { describeOccupied, isSummary, type OccupiedRange } from './overlap.ts';

/** What shares addresses with the pool; a warning for each kind, however many hosts. */
export function poolWarnings(
  pool: Prefix,
  overlapping: readonly OccupiedRange[],
): readonly AllocationWarning[] {
  const summaries = overlapping.filter((entry) => isSummary(entry, pool));
  const foreign = overlapping.filter(
    (entry) => (entry.kind === 'attached' || entry.kind === 'routed') && contains(pool, entry.range),
  );
  const warnings: AllocationWarning[] = [];
  const text = formatPrefix(pool);
  if (summaries.length > 0) {
    const message = `Routers are said to lead to the pool ${text}: ${describeOccupied(summaries)}; the blocks' own routes go first`;
    warnings.push({ kind: 'pool-covered', message });
  }
  // The firewall knows the mesh by the pool's prefix.
  const inside = foreign.filter((entry) => !isSummary(entry, pool));
  if (inside.length > 0) {
    const message = `The pool ${text} contains ${describeOccupied(inside)}: what the hosts send there is taken for traffic of the mesh and not masqueraded as usual`;
    warnings.push({ kind: 'pool-contains', message });
  }
  return warnings;
}
