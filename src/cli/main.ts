#!/usr/bin/env node
/** Entry: words in, exit code out. Commands are loaded when they are called, so that --help and --version are quick. */
import { readFileSync } from 'node:fs';
import { asMeshError, type MeshError } from '../error/mesh-error.ts';
import { JSON_SCHEMA } from '../events/event.ts';
import { errorLines } from '../faces/text.ts';
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

function report(error: MeshError, words: readonly string[]): void {
  if (words.includes('--json')) process.stdout.write(`${JSON.stringify({ schema: JSON_SCHEMA, error })}\n`);
  else {
    const { errStyle } = openTerminal(words.includes('--no-color'));
    process.stderr.write(`${errorLines(error, errStyle).join('\n')}\n`);
  }
}

const words = process.argv.slice(2);
try {
  process.exitCode = await execute(words);
} catch (thrown) {
  const error = asMeshError(thrown);
  report(error, words);
  process.exitCode = exitCodeOf(error.code);
}
