/** Host patterns against sets, taken term by term. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { limitHosts } from '../../../src/inventory/limit.ts';
import type { Inventory } from '../../../src/inventory/model.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';

const properties = suite('limit: properties');

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  web: ['a1', 'a2', 'b1'],
  db: ['b1', 'b2'],
  edge: ['a1', 'c'],
};
const HOSTS = ['a1', 'a2', 'b1', 'b2', 'c'];
const inventory: Inventory = assembleInventory(
  parseOwnYaml(
    JSON.stringify({
      hosts: HOSTS,
      groups: Object.fromEntries(Object.entries(GROUPS).map(([name, hosts]) => [name, { hosts }])),
    }),
    'm.yaml',
  ),
  { source: 'm.yaml', allocationFile: undefined },
);

/** Each term and the hosts that it means. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  ...GROUPS,
  ...Object.fromEntries(HOSTS.map((host) => [host, [host]])),
  all: HOSTS,
  '*': HOSTS,
  'a*': ['a1', 'a2'],
  '?1': ['a1', 'b1'],
  '?b': ['b1', 'b2'],
};

const terms = fc.array(
  fc.record({ sign: fc.constantFrom('', '', '!', '&'), term: fc.constantFrom(...Object.keys(MEANINGS)) }),
  { minLength: 1, maxLength: 5 },
);

function naive(list: readonly { readonly sign: string; readonly term: string }[]): readonly string[] {
  const meant = (sign: string): readonly (readonly string[])[] =>
    list.filter((one) => one.sign === sign).map(({ term }) => MEANINGS[term] ?? []);
  const start = meant('').length === 0 ? HOSTS : HOSTS.filter((host) => meant('').flat().includes(host));
  const kept = meant('&').reduce((left, set) => left.filter((host) => set.includes(host)), start);
  return meant('!').reduce((left, set) => left.filter((host) => !set.includes(host)), kept);
}

properties('a pattern means the union, cut with every "&" and without every "!"', () => {
  fc.assert(
    fc.property(terms, fc.constantFrom(':', ',', ', '), (list, separator) => {
      const pattern = list.map(({ sign, term }) => sign + term).join(separator);
      const expected = naive(list);
      if (expected.length > 0) assert.equal(limitHosts(inventory, pattern), expected);
      else
        assert.throws(
          () => limitHosts(inventory, pattern),
          (thrown: unknown) => thrown instanceof MeshError,
        );
    }),
    { numRuns: 300 },
  );
});

properties.run();
