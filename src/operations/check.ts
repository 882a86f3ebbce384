/** `plan` and `check`: what would change, with nothing changed. */
import type { Plan } from '../plan/model.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from './exit-code.ts';
import { withGathered } from './gather.ts';
import { type MeshPlan, planMesh } from './plan-mesh.ts';
import type { Run } from './run.ts';
import { hasChanges } from './sync.ts';

/** Gathers and plans. */
export async function preview(run: Run): Promise<MeshPlan> {
  return withGathered(run, (gathered) => planMesh(run, gathered));
}

/** 2 when something would change; what is wrong with a host is graver. */
export function previewExitCode(plan: Plan, selected: ReadonlySet<string>): ExitCode {
  const problems = plan.hosts
    .filter((host) => selected.has(host.host))
    .flatMap((host) =>
      host.kind === 'refused' ? host.problems : host.kind === 'unreachable' ? [host.problem] : [],
    );
  const codes = problems.map((problem) => exitCodeOf(problem.code));
  return gravest(hasChanges(plan, selected) ? [...codes, EXIT.pending] : codes);
}
