import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { linesOf, parseSections } from '../../../src/facts/sections.ts';

const test = suite('sections of the facts');

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MeshError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return 'nothing was thrown';
}

test('lines lose their mark, empty ones go', () => {
  const sections = parseSections(
    '@@section a\n|one\n|\n|| two\n\n@@done a\n\n@@section b\n\n@@done b\n@@end\n',
  );
  assert.equal(linesOf(sections, 'a'), ['one', '| two']);
  assert.equal(linesOf(sections, 'b'), []);
});

test('what a host prints cannot pass for a frame', () => {
  const sections = parseSections('@@section a\n|@@done a\n|@@end\n|@@section b\n@@done a\n@@end\n');
  assert.equal(linesOf(sections, 'a'), ['@@done a', '@@end', '@@section b']);
  assert.is(sections.size, 1);
});

test('a banner before, a complaint between, and CRLF do not matter', () => {
  const sections = parseSections(
    'Welcome!\r\n@@section a\r\n|one\r\nsh: oops\r\n@@done a\r\n@@end\r\nbye\r\n',
  );
  assert.equal(linesOf(sections, 'a'), ['one']);
});

test('an answer without its end is refused, and where it broke off is told', () => {
  assert.match(
    refusal(() => parseSections('')),
    /^facts-unreadable: .*cut off before it began/,
  );
  assert.match(
    refusal(() => parseSections('@@section a\n|one\n@@done a\n@@section b\n|tw')),
    /^facts-unreadable: .*cut off after section a/,
  );
});

test('a section that did not fit on a full disk is refused', () => {
  const sections = parseSections('@@section a\n|one\n@@section b\n|two\n@@done b\n@@end\n');
  assert.match(
    refusal(() => linesOf(sections, 'a')),
    /^facts-unreadable: .*no whole section a/,
  );
});

test.run();
