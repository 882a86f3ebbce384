import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePythonLiteral } from '../../../src/inventory/python-literal.ts';

const test = suite('Python literals');

// As ast.literal_eval reads them; what it refuses stays text.
const MEANINGS: readonly (readonly [text: string, value: unknown])[] = [
  ['', ''],
  ['plain words', 'plain words'],
  ['"quoted" # comment', 'quoted'],
  ["'it\\'s'", "it's"],
  ['"a\\tb"', 'a\tb'],
  ['"half', '"half'],
  ['22 # port', '22'],
  ['word # no comment', 'word # no comment'],
  ['[1, "a", \'b\']', [1, 'a', 'b']],
  ["{'env': 'PW'}", { env: 'PW' }],
  ['[True, False]', [true, false]],
  ['[a: b', '[a: b'],
  ['{{ template }}', '{{ template }}'],
  ['s3cret#one', 's3cret#one'],
];

for (const [text, value] of MEANINGS) {
  test(JSON.stringify(text), () => assert.equal(parsePythonLiteral(text), value));
}

test.run();
