import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasSwitch, parseArguments, textOption } from '../../../src/cli/arguments.ts';
import { MeshError } from '../../../src/error/mesh-error.ts';

const test = suite('arguments');

function refusalOf(words: readonly string[]): MeshError {
  try {
    parseArguments(words);
  } catch (thrown) {
    if (thrown instanceof MeshError) return thrown;
    throw thrown;
  }
  throw new Error(`${words.join(' ')} was taken`);
}

test('a command, its options and its words', () => {
  const { command, options, positionals } = parseArguments(['sync', '-y', '--limit=h1', 'a.plan', '-i', 'x']);
  assert.is(command.name, 'sync');
  assert.is(hasSwitch(options, 'yes'), true);
  assert.is(hasSwitch(options, 'quiet'), false);
  assert.is(textOption(options, 'limit'), 'h1');
  assert.is(textOption(options, 'inventory'), 'x');
  assert.is(textOption(options, 'allow'), undefined);
  assert.equal(positionals, ['a.plan']);
});

test('apply is sync', () => assert.is(parseArguments(['apply']).command.name, 'sync'));

test('a dash is an inventory', () => {
  assert.is(textOption(parseArguments(['plan', '-i', '-']).options, 'inventory'), '-');
});

test('what comes after -- is not read', () => {
  const { positionals } = parseArguments(['lab', 'exec', 'h1', '--', 'ip', '--json', 'route']);
  assert.equal(positionals, ['exec', 'h1', 'ip', '--json', 'route']);
});

for (const [words, message] of [
  [['nope'], 'there is no command "nope"'],
  [['plan', '--nope'], "Unknown option '--nope'"],
  [['plan', '--limit'], "Option '-l, --limit <value>' argument missing"],
  [['check', 'h1'], 'check does not know what to do with "h1"'],
  [['sync', 'a', 'b'], 'sync does not know what to do with "b"'],
] as const) {
  test(`${words.join(' ')}: ${message}`, () => {
    const error = refusalOf(words);
    assert.is(error.code, 'usage');
    assert.is(error.message, message);
    assert.ok(error.cure);
  });
}

test.run();
