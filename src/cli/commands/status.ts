import { writeDocument } from '../../faces/json.ts';
import { statusLines } from '../../faces/status.ts';
import { previewExitCode } from '../../operations/check.ts';
import { status } from '../../operations/status.ts';
import { hasSwitch } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';

/** `status`: one row a host. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const { plan, hosts } = await status(run);
  if (hasSwitch(options, 'json')) {
    writeDocument(terminal.out, 'status', { mesh: plan.mesh, pool: plan.pool, hosts });
  } else terminal.out(`${statusLines(plan, hosts, terminal.outStyle).join('\n')}\n`);
  return previewExitCode(plan, run.selected);
};
