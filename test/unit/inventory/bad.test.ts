/** One wrong inventory a file, and what the operator is told about it. UPDATE_GOLDEN=1 writes the answers anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';
import { assertGolden } from '../../support/golden.ts';

const test = suite('wrong inventories');

const FOLDER = new URL('../../fixtures/inventory/bad/', import.meta.url);

function answerTo(text: string): MeshError {
  try {
    assembleInventory(parseOwnYaml(text, 'mesh.yaml'), { source: 'mesh.yaml', allocationFile: undefined });
  } catch (thrown) {
    if (thrown instanceof MeshError) return thrown;
    throw thrown;
  }
  throw new Error('the inventory was taken');
}

for (const file of readdirSync(FOLDER)) {
  test(file, () => {
    const { code, place, message, cure } = answerTo(readFileSync(new URL(file, FOLDER), 'utf8'));
    const told = [`${place}: ${code}`, message, ...(cure === undefined ? [] : [`cure: ${cure}`])];
    assertGolden(`inventory/bad/${file.replace('.yaml', '.txt')}`, `${told.join('\n')}\n`);
  });
}

test('a password written where its source should stand is not shown', () => {
  const { message, cure } = answerTo(readFileSync(new URL('sudo-password.yaml', FOLDER), 'utf8'));
  assert.not.match(`${message} ${cure}`, /horse|battery/);
});

test.run();
