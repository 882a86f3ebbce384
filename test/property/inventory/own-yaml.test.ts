/** Whatever stands in the file, the answer is an inventory or a MeshError that names a line. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { parseHostList } from '../../../src/inventory/host-list.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';
import type { RawInventory } from '../../../src/inventory/raw.ts';

const test = suite('own YAML: properties');

const BAD = new URL('../../fixtures/inventory/bad/', import.meta.url);
const TEXTS = [
  readFileSync(new URL('../../../inventory/example.yaml', import.meta.url), 'utf8').replace(/^ *#.*\n/gm, ''),
  ...readdirSync(BAD).map((file) => readFileSync(new URL(file, BAD), 'utf8')),
];

/** What a slip, or a hostile file, may put into a text. */
const PIECES = [
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ':',
  ': ',
  '- ',
  '\n',
  '\t',
  '&a ',
  '*a',
  '<<: *a\n',
  '!vault x',
  '|\n',
  '---\n',
];
const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 }));

const mutated = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.array(fc.record({ at: fc.nat(), cut: fc.nat({ max: 12 }), put: piece }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([text, slips]) =>
    slips.reduce((left, { at, cut, put }) => {
      const from = at % (left.length + 1);
      return left.slice(0, from) + put + left.slice(from + cut);
    }, text),
  );

function isAnswered(parse: () => RawInventory, place: RegExp): void {
  try {
    const inventory = assembleInventory(parse(), { source: 'm.yaml', allocationFile: undefined });
    assert.ok(inventory.hosts.length > 0);
  } catch (thrown) {
    assert.instance(thrown, MeshError);
    if (!(thrown instanceof MeshError)) return;
    assert.match(thrown.code, /^inventory-(syntax|invalid)$/);
    assert.match(thrown.place ?? '', place);
  }
}

test('a mutated inventory', () => {
  fc.assert(
    fc.property(mutated, (text) => isAnswered(() => parseOwnYaml(text, 'm.yaml'), /^m\.yaml:\d+$/)),
    { numRuns: 400 },
  );
});

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      isAnswered(() => parseOwnYaml(text, 'm.yaml'), /^m\.yaml:\d+$/),
    ),
  );
});

test('any text as a host list', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      isAnswered(() => parseHostList(`${text},`), /^(--inventory|m\.yaml)$/),
    ),
  );
});

test('thousands of brackets do not overflow the stack', () => {
  isAnswered(() => parseOwnYaml(`hosts: ${'['.repeat(20_000)}`, 'm.yaml'), /^m\.yaml:\d+$/);
  isAnswered(() => parseOwnYaml(`hosts: ${'[[a],'.repeat(5_000)}`, 'm.yaml'), /^m\.yaml:\d+$/);
  isAnswered(
    () => parseOwnYaml(`hosts: ${'{a: '.repeat(2_000)}${'}'.repeat(2_000)}`, 'm.yaml'),
    /^m\.yaml:\d+$/,
  );
});

test('aliases of aliases do not fill the memory', () => {
  const layers = Array.from(
    { length: 30 },
    (_, layer) => `  a${layer + 1}: &a${layer + 1} [*a${layer}, *a${layer}]\n`,
  );
  isAnswered(() => parseOwnYaml(`hosts:\n  a0: &a0 [x]\n${layers.join('')}`, 'm.yaml'), /^m\.yaml:\d+$/);
});

test.run();
