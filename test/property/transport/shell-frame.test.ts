import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LineFeed, MarkerScanner } from '../../../src/transport/shell-frame.ts';

const frame = suite('shell frame');
const MARKER = 'nonce7';

/** Output that comes close to the marker, in chunks of any size. */
const output = fc
  .array(fc.constantFrom('\n', 'a', 'ü', 'nonce', 'nonce7', '\nnonce7', ' ', '7 0', '\nnonce7x'), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''))
  .filter((text) => !`${text}\n`.includes(`\n${MARKER} `) && !text.startsWith(`${MARKER} `));
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

function* chunksOf(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

frame('the content comes back to the byte, however it is cut', () => {
  fc.assert(
    fc.property(output, sizes, fc.integer({ min: 0, max: 255 }), (text, lengths, status) => {
      const bytes = Buffer.from(`${text}\n${MARKER} ${status}\n`);
      const scanner = new MarkerScanner(MARKER);
      const results = [...chunksOf(bytes, lengths)].map((chunk) => scanner.push(chunk));
      assert.ok(results.slice(0, -1).every((result) => result === undefined));
      assert.is(results.at(-1)?.content.toString(), text);
      assert.is(results.at(-1)?.status, String(status));
    }),
  );
});

frame('the lines are those of the content, however it is cut', () => {
  fc.assert(
    fc.property(output, sizes, (text, lengths) => {
      const lines: string[] = [];
      const feed = new LineFeed(MARKER, (line) => lines.push(line));
      for (const chunk of chunksOf(Buffer.from(`${text}\n${MARKER} 0\n`), lengths)) feed.push(chunk);
      const expected = text.split('\n');
      // What ends in a newline has no further, empty line.
      assert.equal(lines, expected.at(-1) === '' ? expected.slice(0, -1) : expected);
    }),
  );
});

frame.run();
