/** Help texts, made from the command table. */
import { COMMANDS, type CommandSpec, type OptionSpec } from './command-table.ts';

function optionLabel(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `  ${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= 32);
  const width = Math.max(0, ...fitting) + 2;
  return rows.map(([left, right]) =>
    left.length > 32 ? `${left}\n${' '.repeat(width)}${right}` : `${left.padEnd(width)}${right}`,
  );
}

/** Help of one command. */
export function commandHelp(command: CommandSpec): string {
  const alias = command.aliases === undefined ? [] : [`Alias: ${command.aliases.join(', ')}`, ''];
  return [
    `route-mesh ${command.name}${command.usage === '' ? '' : ` ${command.usage}`} [options]`,
    '',
    command.help,
    '',
    ...alias,
    'Options:',
    ...columns(command.options.map((option) => [optionLabel(option), option.help])),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** Help of the program. */
export function programHelp(): string {
  return [
    'route-mesh COMMAND [options]',
    '',
    'Containers on different Docker hosts reach each other by plain IP routing.',
    '',
    'Commands:',
    ...columns(COMMANDS.map((command) => [`  ${command.name}`, command.help])),
    '',
    'Exit codes: 0 done or nothing to do, 1 error, 2 changes pending, 3 reverted, 4 some host unreachable,',
    '            5 refused by policy, 64 wrong usage',
    '',
    'route-mesh COMMAND --help shows options and examples.',
    '',
  ].join('\n');
}
