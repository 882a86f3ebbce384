import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { commandHelp, programHelp } from '../../../src/cli/help.ts';

const test = suite('help');

test('the program’s help names every command', () => {
  for (const { name } of COMMANDS) assert.match(programHelp(), new RegExp(`^  ${name} `, 'm'));
});

for (const command of COMMANDS) {
  test(`${command.name}: its help names every option`, () => {
    const help = commandHelp(command);
    for (const { name } of command.options) assert.match(help, `--${name}`);
    assert.ok(help.endsWith('\n'));
  });

  test(`${command.name}: its examples are commands that parse`, () => {
    for (const example of command.examples) {
      for (const part of example.split(/ (?:&&|\|\|) /)) {
        const [program, ...words] = part.split(' ');
        if (program === 'route-mesh') parseArguments(words);
      }
    }
  });
}

test('no option has two meanings for its letter in one command', () => {
  for (const { name, options } of COMMANDS) {
    const letters = options.flatMap(({ short }) => (short === undefined ? [] : [short]));
    assert.is(new Set(letters).size, letters.length, name);
  }
});

test.run();
