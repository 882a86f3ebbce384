/** The command line as typed values. */
import { parseArgs } from 'node:util';
import { MeshError } from '../error/mesh-error.ts';
import { COMMANDS, type CommandSpec, findCommand } from './command-table.ts';

/** Values of the options that were given, by name; a switch is `true`. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export type Arguments = {
  readonly command: CommandSpec;
  readonly positionals: readonly string[];
  readonly options: OptionValues;
};

function usageError(message: string, cure: string): MeshError {
  return new MeshError({ code: 'usage', message, cure });
}

function knownCommand(name: string): CommandSpec {
  const command = findCommand(name);
  if (command !== undefined) return command;
  const known = COMMANDS.map((one) => one.name).join(', ');
  throw usageError(
    `there is no command ${JSON.stringify(name)}`,
    `Use one of ${known}; see route-mesh --help`,
  );
}

/** Reads the words after the program's name. Throws MeshError `usage`. */
export function parseArguments(words: readonly string[]): Arguments {
  const [name = '', ...rest] = words;
  const command = knownCommand(name);
  const options = Object.fromEntries(
    command.options.map(({ name: option, short, value }) => [
      option,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
    refuseSurplus(positionals, command);
    return { command, positionals, options: values };
  } catch (thrown) {
    if (thrown instanceof MeshError) throw thrown;
    const message =
      thrown instanceof Error ? (thrown.message.split('. ')[0] ?? thrown.message) : String(thrown);
    throw usageError(message, `See route-mesh ${command.name} --help`);
  }
}

/** `route-mesh check h1` must not look as if it had checked h1 alone. */
function refuseSurplus(positionals: readonly string[], command: CommandSpec): void {
  const surplus = positionals[command.atMost ?? Number.POSITIVE_INFINITY];
  if (surplus === undefined) return;
  throw usageError(
    `${command.name} does not know what to do with ${JSON.stringify(surplus)}`,
    `Hosts are chosen with --limit; see route-mesh ${command.name} --help`,
  );
}

/** A text option, or undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** True when the switch was given. */
export function hasSwitch(options: OptionValues, name: string): boolean {
  return options[name] === true;
}
