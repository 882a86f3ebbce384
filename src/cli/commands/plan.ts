import { writeDocument } from '../../faces/json.ts';
import { planLines } from '../../faces/plan.ts';
import { preview, previewExitCode } from '../../operations/check.ts';
import { planDocument } from '../../plan/plan-document.ts';
import { hasSwitch, textOption } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';
import { writePlanFile } from '../plan-file.ts';

/** `plan`: prints what would change. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const { plan, fingerprint } = await preview(run);
  const output = textOption(options, 'output');
  const shown = planDocument(plan, run.selected);
  if (output !== undefined) await writePlanFile(output, shown, fingerprint);
  if (hasSwitch(options, 'json')) writeDocument(terminal.out, 'plan', { plan: shown, fingerprint });
  else terminal.out(`${planLines(plan, run.selected, terminal.outStyle).join('\n')}\n`);
  return previewExitCode(plan, run.selected);
};
