/** Facts of all hosts and the allocation file -> the plan, and a fingerprint of it. */
import type { Facts } from '../facts/model.ts';
import type { Plan } from '../plan/model.ts';
import { planMesh as planPurely } from '../plan/plan.ts';
import { loadAllocation } from './allocation-store.ts';
import type { Gathered } from './gather.ts';
import type { Run } from './run.ts';

/** `fingerprint` is equal for equal plans: the planner is deterministic. */
export type MeshPlan = { readonly plan: Plan; readonly fingerprint: string };

/** Plans the whole mesh. Throws MeshError when no allocation is possible. */
export async function planMesh(run: Run, gathered: readonly Gathered[]): Promise<MeshPlan> {
  const kept = await loadAllocation(run.inventory);
  const facts = new Map<string, Facts>();
  const failures = new Map(
    gathered.flatMap((one) => (one.kind === 'failed' ? [[one.host.name, one.error] as const] : [])),
  );
  for (const one of gathered) if (one.kind === 'reached') facts.set(one.host.name, one.facts);
  const { inventory, programs, sha256 } = run;
  const plan = planPurely({ inventory, facts, failures, kept, programs, sha256 });
  return { plan, fingerprint: sha256(JSON.stringify(plan)) };
}
