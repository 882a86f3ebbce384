/** Golden files: what a renderer gave when somebody looked at it. UPDATE_GOLDEN=1 writes them anew, to be read in the diff. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';

const FOLDER = new URL('../golden/', import.meta.url);

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

/** Asserts that `text` is the content of test/golden/NAME. */
export function assertGolden(name: string, text: string): void {
  const path = fileURLToPath(new URL(name, FOLDER));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  try {
    assert.fixture(text, readFileSync(path, 'utf8'), `differs from test/golden/${name}`);
  } catch (thrown) {
    if (isMissing(thrown)) assert.unreachable(`test/golden/${name} is missing; UPDATE_GOLDEN=1 writes it`);
    throw thrown;
  }
}
