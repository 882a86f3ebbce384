import { writeDocument } from '../../faces/json.ts';
import { planLines } from '../../faces/plan.ts';
import { preview, previewExitCode } from '../../operations/check.ts';
import { EXIT } from '../../operations/exit-code.ts';
import { planDocument } from '../../plan/plan-document.ts';
import { hasSwitch } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';

/** `check`: the exit code says whether the hosts are as the inventory asks; the text says what differs. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const { plan } = await preview(run);
  const code = previewExitCode(plan, run.selected);
  if (hasSwitch(options, 'json')) {
    writeDocument(terminal.out, 'check', { plan: planDocument(plan, run.selected), exitCode: code });
  } else if (code !== EXIT.done || !hasSwitch(options, 'quiet')) {
    terminal.out(`${planLines(plan, run.selected, terminal.outStyle).join('\n')}\n`);
  }
  return code;
};
