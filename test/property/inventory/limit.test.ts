/** Patterns against sets, reckoned the slow and plain way. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { limitHosts } from '../../../src/inventory/limit.ts';
import type { RawInventory } from '../../../src/inventory/raw.ts';

const test = suite('limit: properties');

const NAMES = ['a', 'ab', 'b', 'b1', 'c-1', 'c-2', 'd.x'];
const GROUPS = ['g', 'g1', 'rack'];

type Term = { readonly sign: '' | '!' | '&'; readonly name: string };

const members = fc.record(Object.fromEntries(GROUPS.map((group) => [group, fc.subarray(NAMES)])));
const terms = fc.array(
  fc.record<Term>({
    sign: fc.constantFrom('', '', '!', '&'),
    name: fc.constantFrom(...NAMES, ...GROUPS, 'all', '*', '?', 'c-*', '*1', 'g*', '??', 'nobody'),
  }),
  { minLength: 1, maxLength: 5 },
);

function inventoryOf(groups: Readonly<Record<string, readonly string[]>>): RawInventory {
  const at = (name: string) => ({ name, place: 'm.yaml:1' });
  return {
    mesh: new Map(),
    defaults: new Map(),
    groups: Object.entries(groups).map(([name, hosts]) => ({
      ...at(name),
      hosts: hosts.map(at),
      values: new Map(),
    })),
    hosts: NAMES.map((name) => ({ ...at(name), values: new Map() })),
  };
}

/** Glob matching, character by character. */
function globs(glob: string, word: string): boolean {
  if (glob === '') return word === '';
  if (glob.startsWith('*')) return globs(glob.slice(1), word) || (word !== '' && globs(glob, word.slice(1)));
  return word !== '' && (glob[0] === '?' || glob[0] === word[0]) && globs(glob.slice(1), word.slice(1));
}

function meaning(groups: Readonly<Record<string, readonly string[]>>, glob: string): readonly string[] {
  if (glob === 'all') return NAMES;
  const inGroups = Object.entries(groups).flatMap(([group, hosts]) => (globs(glob, group) ? hosts : []));
  return NAMES.filter((name) => globs(glob, name) || inGroups.includes(name));
}

/** Unions first, then what is in common, then what is taken away. */
function expected(
  groups: Readonly<Record<string, readonly string[]>>,
  pattern: readonly Term[],
): readonly string[] {
  const sets = pattern.map(({ sign, name }) => ({ sign, set: meaning(groups, name) }));
  if (sets.some(({ set }) => set.length === 0)) return [];
  const plain = sets.filter(({ sign }) => sign === '');
  let left = plain.length === 0 ? NAMES : NAMES.filter((name) => plain.some(({ set }) => set.includes(name)));
  for (const { sign, set } of sets) if (sign === '&') left = left.filter((name) => set.includes(name));
  for (const { sign, set } of sets) if (sign === '!') left = left.filter((name) => !set.includes(name));
  return left;
}

test('a pattern means what its sets mean; nothing left is an error', () => {
  fc.assert(
    fc.property(members, terms, fc.constantFrom(':', ',', ' , '), (groups, pattern, joint) => {
      const inventory = assembleInventory(inventoryOf(groups), {
        source: 'm.yaml',
        allocationFile: undefined,
      });
      const text = pattern.map(({ sign, name }) => sign + name).join(joint);
      const names = expected(groups, pattern);
      try {
        assert.equal(limitHosts(inventory, text), names);
      } catch (thrown) {
        if (!(thrown instanceof MeshError)) throw thrown;
        assert.is(thrown.code, 'limit-matches-nothing');
        assert.equal(names, []);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text is a pattern or a MeshError', () => {
  const inventory = assembleInventory(inventoryOf({}), { source: 'm.yaml', allocationFile: undefined });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      try {
        limitHosts(inventory, text);
      } catch (thrown) {
        assert.instance(thrown, MeshError);
      }
    }),
  );
});

test.run();
