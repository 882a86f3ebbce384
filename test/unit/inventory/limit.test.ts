import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { limitHosts } from '../../../src/inventory/limit.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';

const test = suite('limit');

const TEXT = `
groups:
  web: {hosts: [web-3, web-1, web-2]}
  db: {hosts: [db-1, db-2]}
  canary: {hosts: [web-1, db-1]}
hosts: [db-1, web-1, web-2, web-3, db-2, gate]
`;
const inventory = assembleInventory(parseOwnYaml(TEXT, 'm.yaml'), {
  source: 'm.yaml',
  allocationFile: undefined,
});

const MEANINGS: readonly (readonly [pattern: string, names: string])[] = [
  ['web-1', 'web-1'],
  ['web', 'web-1 web-2 web-3'],
  ['all', 'db-1 web-1 web-2 web-3 db-2 gate'],
  ['*', 'db-1 web-1 web-2 web-3 db-2 gate'],
  ['web-?', 'web-1 web-2 web-3'],
  ['*-1', 'db-1 web-1'],
  ['can*', 'db-1 web-1'],
  ['web-3,db-2', 'web-3 db-2'],
  ['web-3:db-2', 'web-3 db-2'],
  ['gate, canary', 'db-1 web-1 gate'],
  ['web:!canary', 'web-2 web-3'],
  ['!canary:web', 'web-2 web-3'],
  ['web:&canary', 'web-1'],
  ['web:db:&canary:!web-1', 'db-1'],
  ['!web', 'db-1 db-2 gate'],
  ['&canary', 'db-1 web-1'],
  ['web-1,web-1,web', 'web-1 web-2 web-3'],
];

for (const [pattern, names] of MEANINGS) {
  test(pattern, () => assert.is(limitHosts(inventory, pattern).join(' '), names));
}

function answerTo(pattern: string): MeshError {
  try {
    limitHosts(inventory, pattern);
  } catch (thrown) {
    if (thrown instanceof MeshError) return thrown;
    throw thrown;
  }
  throw new Error(`${pattern} was taken`);
}

test('a term that means nothing is an error, also behind a sign', () => {
  for (const pattern of [
    'wbe',
    'web:!cnary',
    'web:&cnary',
    'gate,nothing-like-it',
    '[',
    'web[1]',
    '~web',
    '',
  ]) {
    assert.is(answerTo(pattern).code, 'limit-matches-nothing', pattern);
  }
});

test('the error names the term and what is near', () => {
  const { message, cure } = answerTo('web:!canry');
  assert.is(message, '"!canry" matches no host and no group of m.yaml');
  assert.is(cure, 'Did you mean !canary? The hosts are db-1, web-1, web-2, web-3, db-2, gate');
});

test('terms that leave nothing', () => {
  assert.is(answerTo('db-1:&web').message, '"db-1:&web" leaves none of the hosts of m.yaml');
});

test.run();
