import { MeshError } from '../../error/mesh-error.ts';
import { planLines } from '../../faces/plan.ts';
import { EXIT } from '../../operations/exit-code.ts';
import { type SyncOptions, sync } from '../../operations/sync.ts';
import { hasSwitch, textOption } from '../arguments.ts';
import type { Command, Invocation } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';
import { readPlanFile } from '../plan-file.ts';

/** `--allow` takes one word, and says which when it is another. */
export function allowsRestart(invocation: Invocation): boolean {
  const allow = textOption(invocation.options, 'allow');
  if (allow === undefined || allow === 'docker-restart') return allow !== undefined;
  throw new MeshError({
    code: 'usage',
    message: `--allow ${allow}: there is no such permission`,
    cure: 'Use --allow docker-restart',
  });
}

/** Throws where a question would be needed and nobody can answer it. */
export function requireAnswer(invocation: Invocation): void {
  if (invocation.terminal.interactive) return;
  throw new MeshError({
    code: 'usage',
    message: 'this asks before it changes hosts, and there is no terminal to ask on',
    cure: 'Give --yes to go ahead without a question',
  });
}

async function approval(
  invocation: Invocation,
  selected: ReadonlySet<string>,
): Promise<SyncOptions['approve']> {
  const { options, terminal, positionals } = invocation;
  if (hasSwitch(options, 'yes') || positionals.length > 0) return undefined;
  requireAnswer(invocation);
  return async (plan) => {
    terminal.err(`${planLines(plan, selected, terminal.errStyle).join('\n')}\n\n`);
    return terminal.askYesNo('Apply this?');
  };
}

/** `sync`, alias `apply`. */
export const command: Command = async (invocation) => {
  const { positionals } = invocation;
  const [planFile] = positionals;
  const expected = planFile === undefined ? undefined : await readPlanFile(planFile);
  const run = await openMeshRun(invocation, 'acting');
  const started = run.clock();
  const approve = await approval(invocation, run.selected);
  const { mesh, hosts } = run.inventory;
  run.emit({ kind: 'run-started', command: 'sync', mesh, hosts: hosts.length });
  const code = await sync(run, {
    approve,
    allowRestart: allowsRestart(invocation),
    ...(expected === undefined ? {} : { expected }),
  });
  run.emit({ kind: 'run-ended', exitCode: code, milliseconds: run.clock() - started });
  if (code === EXIT.pending) invocation.terminal.err('nothing was changed\n');
  return code;
};
