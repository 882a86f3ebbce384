/** `encode` runs in real shells, with base64 and without, and what it prints is read back. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { decodeFile, encodeFunction } from '../../../src/facts/encoded-file.ts';
import { parseEntries } from '../../../src/facts/fact.ts';
import { findShells } from '../../support/posix-shells.ts';

const test = suite('encoded files');
const folder = mkdtempSync(join(tmpdir(), 'route-mesh-encoded-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function encode(shell: readonly string[], content: Uint8Array, base64: boolean): readonly string[] {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const script = `have() { ${base64 ? 'true' : 'false'}; }\n${encodeFunction}\nencode content ${path}\n`;
  const [command = 'sh', ...words] = shell;
  return spawnSync(command, words, { input: script, encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
}

const decode = (lines: readonly string[]): string => decodeFile('a', parseEntries(lines), 'content', '/file');

const texts: Readonly<Record<string, string>> = {
  empty: '',
  'no last newline': '{"a":1}',
  'many last newlines, tabs, CR': '{\r\n\t"a": 1\r\n}\n\n\n',
  'byte order mark': '\uFEFF{}\n',
  'longer than a line of base64': `{"a":"${'ü€😀'.repeat(90)}"}\n`,
};

for (const shell of findShells()) {
  for (const [name, text] of Object.entries(texts)) {
    for (const base64 of [true, false]) {
      test(`${shell.join(' ')}, ${base64 ? 'base64' : 'od'}: ${name}`, () => {
        assert.is(decode(encode(shell, Buffer.from(text), base64)), text);
      });
    }
  }
}

function refusal(lines: readonly string[]): string {
  try {
    decode(lines);
  } catch (thrown) {
    if (thrown instanceof MeshError) return `${thrown.code} ${thrown.place}: ${thrown.message}`;
    throw thrown;
  }
  return 'nothing was thrown';
}

test('what is not UTF-8 could not be written back, and is refused', () => {
  const line = `content base64 ${Buffer.from([0x7b, 0xe9, 0x7d]).toString('base64')}`;
  assert.match(refusal([line]), /^facts-unreadable \/file: .*not UTF-8/);
});

test('damaged lines are refused, and nothing of them is told', () => {
  const secret = Buffer.from('{"token": "hunter2"}').toString('base64');
  for (const damage of [secret.slice(0, 9), `${secret}!`, `${secret}====`]) {
    const said = refusal([`content base64 ${damage}`]);
    assert.match(said, /^facts-unreadable \/file: .*damaged/);
    assert.not.match(said, secret.slice(0, 8));
  }
  assert.match(refusal(['content hex 7b 7']), /damaged/);
  assert.match(refusal(['content base64 e30K', 'content hex 7b 7d']), /damaged/);
});

test.run();
