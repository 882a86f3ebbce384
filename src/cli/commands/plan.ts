import { writeFile } from 'node:fs/promises';
import { writeDocument } from '../../faces/json.ts';
import { planLines } from '../../faces/plan.ts';
import { preview, previewExitCode } from '../../operations/check.ts';
import { hasSwitch, textOption } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';
import { renderPlanFile } from '../plan-file.ts';

/** `plan`: prints what would change. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const { plan, fingerprint } = await preview(run);
  const output = textOption(options, 'output');
  if (output !== undefined) await writeFile(output, renderPlanFile(plan, fingerprint));
  if (hasSwitch(options, 'json')) writeDocument(terminal.out, 'plan', { plan, fingerprint });
  else terminal.out(`${planLines(plan, run.selected, terminal.outStyle).join('\n')}\n`);
  return previewExitCode(plan, run.selected);
};
