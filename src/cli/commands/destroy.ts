import { type DestroyPreview, destroy } from '../../operations/destroy.ts';
import { EXIT } from '../../operations/exit-code.ts';
import { explainStops } from '../../plan/explain.ts';
import { hasSwitch } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';
import { allowsRestart, requireAnswer } from './sync.ts';

function previewLine(preview: DestroyPreview): string {
  const stops = explainStops(preview.stops);
  const restart = preview.restart ? `; docker restarts${stops === '' ? '' : `: ${stops}`}` : '';
  return `  - ${preview.host}  block ${preview.block}, routes, rules, service, files${restart}\n`;
}

/** `destroy`: asks, then cleans. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  if (!hasSwitch(options, 'yes')) requireAnswer(invocation);
  const run = await openMeshRun(invocation, 'acting');
  const started = run.clock();
  const ask = async (previews: readonly DestroyPreview[]): Promise<boolean> => {
    for (const preview of previews) terminal.err(previewLine(preview));
    return terminal.askYesNo('Remove route-mesh from these hosts?');
  };
  run.emit({
    kind: 'run-started',
    command: 'destroy',
    mesh: run.inventory.mesh,
    hosts: run.inventory.hosts.length,
  });
  const approve = hasSwitch(options, 'yes') ? undefined : ask;
  const code = await destroy(run, { approve, allowRestart: allowsRestart(invocation) });
  run.emit({ kind: 'run-ended', exitCode: code, milliseconds: run.clock() - started });
  if (code === EXIT.pending) terminal.err('nothing was changed\n');
  return code;
};
