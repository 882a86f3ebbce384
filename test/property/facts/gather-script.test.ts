/** Whatever a host sends, the reader answers with facts or with its one error. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { decodeFile } from '../../../src/facts/encoded-file.ts';
import { parseEntries } from '../../../src/facts/fact.ts';
import { facts, parseFacts } from '../../../src/facts/gather-script.ts';
import { formatAddress6, parseAddress6 } from '../../../src/net/prefix6.ts';

const test = suite('facts, any input');

const FOLDER = new URL('../../fixtures/facts/', import.meta.url);

function recorded(folder: string): readonly string[] {
  const names = readdirSync(new URL(`${folder}/`, FOLDER)).filter((name) => name.endsWith('.out'));
  return names.map((name) => readFileSync(new URL(`${folder}/${name}`, FOLDER), 'utf8'));
}

/** Splices: so much is cut out at a place, and a text put there; places are parts of the whole length. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(60),
  text: fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '\n',
      '\n|',
      ' ',
      '\\',
      '"',
      '{',
      '}',
      '0x',
      '/',
      '::',
      '-1',
      '99999999999999999999',
      '\t',
      '@@end\n',
    ),
  ),
});

function mutate(text: string, mutations: readonly { at: number; cut: number; text: string }[]): string {
  return mutations.reduce((mutated, one) => {
    const place = Math.floor(one.at * mutated.length);
    return mutated.slice(0, place) + one.text + mutated.slice(place + one.cut);
  }, text);
}

/** True when the run gives a value or MeshError facts-unreadable; anything else is thrown on. */
function isOrderly(run: () => unknown): boolean {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof MeshError) || thrown.code !== 'facts-unreadable') throw thrown;
    assert.not.match(thrown.message, /hunter2/);
  }
  return true;
}

const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 });

test('a damaged answer gives facts or facts-unreadable', () => {
  const property = fc.property(fc.constantFrom(...recorded('whole')), mutations, (text, list) =>
    isOrderly(() => parseFacts(mutate(text, list))),
  );
  fc.assert(property, { numRuns: 200 });
});

for (const fact of facts) {
  test(`a damaged section ${fact.section} gives a fact or facts-unreadable`, () => {
    const property = fc.property(fc.constantFrom(...recorded(fact.section)), mutations, (text, list) =>
      isOrderly(() => fact.parse(mutate(text, list).split('\n').filter(Boolean))),
    );
    fc.assert(property, { numRuns: 100 });
  });
}

test('any text comes back from base64 as it was', () => {
  const property = fc.property(
    fc.string({ unit: 'binary' }),
    fc.integer({ min: 4, max: 76 }),
    (text, width) => {
      const lines =
        Buffer.from(text)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      const entries = parseEntries(lines.map((line) => `content base64 ${line}`));
      assert.is(decodeFile('a', entries, 'content', '/file'), Buffer.from(text).toString());
    },
  );
  fc.assert(property);
});

test('an IPv6 address survives being written and read, and is written as short as it can be', () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
  const property = fc.property(groups, (list) => {
    const long = list.map((group) => group.toString(16)).join(':');
    const address = parseAddress6(long);
    assert.is.not(address, undefined);
    const text = formatAddress6(address ?? 0n);
    assert.is(parseAddress6(text), address);
    assert.ok(text.length <= long.length);
  });
  fc.assert(property);
});

test.run();
