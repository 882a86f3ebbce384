/** What a command is started with. */
import type { OptionValues } from './arguments.ts';
import type { Terminal } from './terminal.ts';

export type Invocation = {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  readonly terminal: Terminal;
};

/** A command; resolves with the exit code. Errors are thrown as MeshError. */
export type Command = (invocation: Invocation) => Promise<number>;
