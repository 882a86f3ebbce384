#!/usr/bin/env node
/** Entry: words in, exit code out. Commands are loaded when they are called, so that --help and --version are quick. */
import { readFileSync } from 'node:fs';
import { asMeshError } from '../error/mesh-error.ts';
import { createJsonFace } from '../faces/json.ts';
import { createTextFace } from '../faces/text.ts';
import { exitCodeOf } from '../operations/exit-code.ts';
import { hasSwitch, parseArguments } from './arguments.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Command } from './invocation.ts';
import { openTerminal } from './terminal.ts';

type CommandModule = { readonly command: Command };

const MODULES: Readonly<Record<string, () => Promise<CommandModule>>> = {
  init: () => import('./commands/init.ts'),
  facts: () => import('./commands/facts.ts'),
  plan: () => import('./commands/plan.ts'),
  sync: () => import('./commands/sync.ts'),
  check: () => import('./commands/check.ts'),
  verify: () => import('./commands/verify.ts'),
  status: () => import('./commands/status.ts'),
  destroy: () => import('./commands/destroy.ts'),
  lab: () => import('./commands/lab.ts'),
};

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const value: unknown = JSON.parse(text);
  const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : 'unknown';
  return String(found);
}

async function execute(words: readonly string[]): Promise<number> {
  const [first] = words;
  if (first === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    process.stdout.write(programHelp());
    return first === undefined ? 64 : 0;
  }
  const { command, positionals, options } = parseArguments(words);
  if (hasSwitch(options, 'help')) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const load = MODULES[command.name];
  if (load === undefined) throw new Error(`no module for the command ${command.name}`);
  const loaded = await load();
  return loaded.command({ positionals, options, terminal: openTerminal(hasSwitch(options, 'no-color')) });
}

/** Whatever was thrown, as an operator reads it, never as a stack; gives the exit code. */
function report(thrown: unknown, words: readonly string[]): number {
  const error = asMeshError(thrown);
  const exitCode = exitCodeOf(error.code);
  const { out, err, errStyle } = openTerminal(words.includes('--no-color'));
  const face = words.includes('--json') ? createJsonFace(out) : createTextFace(err, errStyle, false);
  face({ kind: 'run-failed', error, exitCode });
  return exitCode;
}

const words = process.argv.slice(2);
for (const stream of [process.stdout, process.stderr]) {
  // `route-mesh sync | head`: whoever reads may go; the work on the hosts goes on.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// Covers rejections that nobody waits for, too.
process.on('uncaughtException', (thrown) => process.exit(report(thrown, words)));
try {
  process.exitCode = await execute(words);
} catch (thrown) {
  process.exitCode = report(thrown, words);
}
