/** Whatever stands in an inventory, the operator gets hosts or an error with a place, and never a stack. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { parseAnsibleInventory } from '../../../src/inventory/ansible-inventory.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { detectFormat, type InventoryFormat } from '../../../src/inventory/format.ts';
import { parseHostNames } from '../../../src/inventory/host-range.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';
import { splitWords } from '../../../src/inventory/shell-words.ts';

const properties = suite('inventory: properties');

const FIXTURES = new URL('../../fixtures/inventory/ansible/', import.meta.url);
const TEXTS = ['ini/hosts', 'yaml/exported.yaml'].map((file) =>
  readFileSync(new URL(file, FIXTURES), 'utf8'),
);
const JSON_TEXT = JSON.stringify({
  _meta: { hostvars: { a: { ansible_port: 22, ansible_become: true, ansible_become_password: 'hunter2' } } },
  web: { hosts: ['a', 'b'], vars: { ansible_user: 'x' } },
  eu: { children: ['web'] },
});
const OWN_TEXT =
  'mesh: m\ndefaults: {user: x}\ngroups: {web: {hosts: [h1]}}\nhosts: {h1: {port: 22}, h2: }\n';

/** What breaks syntax, meaning, or both. */
const SCRAPS = [
  '[',
  ']',
  '{',
  '}',
  ':',
  '"',
  "'",
  '=',
  '#',
  ',',
  '\n',
  '\t',
  '  ',
  '&a',
  '*a',
  '<<: ',
  '!vault ',
  '{{',
  '-',
  '\0',
  '[1:3]',
  '[all:vars]',
  'null',
  'é',
  '__proto__',
  '|',
];

type Cut = { readonly at: number; readonly length: number; readonly scrap: string };

const cuts = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 12 }),
    scrap: fc.constantFrom('', ...SCRAPS),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutate(text: string, changes: readonly Cut[]): string {
  return changes.reduce((changed, { at, length, scrap }) => {
    const start = Math.floor(at * changed.length);
    return changed.slice(0, start) + scrap + changed.slice(start + length);
  }, text);
}

/** Reads as a file without an ending would be read. */
function read(text: string, format: InventoryFormat | undefined): void {
  const found = format ?? detectFormat(text, 'hosts');
  const raw =
    found === 'own-yaml' ? parseOwnYaml(text, 'hosts') : parseAnsibleInventory(found, text, 'hosts', []);
  const { hosts } = assembleInventory(raw, { source: 'hosts', allocationFile: undefined });
  assert.ok(hosts.length > 0);
}

properties('a mutated inventory is read, or refused with a MeshError that names a place', () => {
  const formats = fc.constantFrom<InventoryFormat | undefined>(
    undefined,
    'ansible-ini',
    'ansible-yaml',
    'ansible-json',
    'own-yaml',
  );
  const texts = fc.constantFrom(...TEXTS, JSON_TEXT, OWN_TEXT);
  fc.assert(
    fc.property(texts, cuts, formats, (text, changes, format) => {
      try {
        read(mutate(text, changes), format);
      } catch (thrown) {
        if (!(thrown instanceof MeshError)) throw thrown;
        assert.match(thrown.place ?? '', /^hosts/);
        assert.match(thrown.code, /^inventory-/);
      }
    }),
    { numRuns: 150 },
  );
});

properties('no way of breaking a line shows the password on it', () => {
  const text =
    '[web]\nh1 ansible_become=yes ansible_become_password=hunter2 ansible_port=22\n[web:vars]\nansible_become_password=hunter2\n';
  fc.assert(
    fc.property(cuts, (changes) => {
      try {
        read(mutate(text, changes), 'ansible-ini');
      } catch (thrown) {
        if (!(thrown instanceof MeshError)) throw thrown;
        assert.not.match(JSON.stringify(thrown), 'hunter2');
      }
    }),
    { numRuns: 300 },
  );
});

properties('a range gives as many names as it spans, each once and with the width of its beginning', () => {
  const ranges = fc.tuple(fc.nat(200), fc.nat(200), fc.integer({ min: 1, max: 7 }), fc.boolean());
  fc.assert(
    fc.property(ranges, ([first, span, step, padded]) => {
      const [begin, end] = [first, first + span].map((n) =>
        padded ? String(n).padStart(4, '0') : String(n),
      );
      const found = parseHostNames(`h[${begin}:${end}:${step}].x`);
      if (found.kind === 'wrong') throw new Error(found.why);
      assert.is(new Set(found.names).size, Math.floor(span / step) + 1);
      assert.is(found.names[0], `h${begin}.x`);
      assert.ok(!padded || found.names.every((name) => name.length === 'h0000.x'.length));
    }),
  );
});

properties('words that are quoted come back as they were', () => {
  const words = fc.array(fc.string(), { maxLength: 5 });
  fc.assert(
    fc.property(words, (list) => {
      const line = list.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
      assert.equal(splitWords(line, { comments: true }), { kind: 'words', words: list });
    }),
  );
});

properties.run();
