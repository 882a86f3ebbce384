/**
 * Each fact's parser on what its command printed: test/fixtures/facts/SECTION/SYSTEM.out, and beside it the fact as
 * JSON. Files named by-hand-* were written after documentation, all others were recorded on the system they name by
 *   node --import tsx -e "import('./src/facts/gather-script.ts').then((m) => process.stdout.write(m.gatherScript))" |
 *     ssh root@HOST sh | sed -n '/^@@section routes$/,/^@@done routes$/s/^|//p'
 * UPDATE_GOLDEN=1 writes the JSON anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { facts, parseFacts } from '../../../src/facts/gather-script.ts';
import { assertGolden } from '../../support/golden.ts';

const FOLDER = new URL('../../fixtures/facts/', import.meta.url);

function recordings(folder: string): readonly { readonly system: string; readonly text: string }[] {
  return readdirSync(new URL(`${folder}/`, FOLDER))
    .filter((name) => name.endsWith('.out'))
    .map((name) => ({
      system: name.slice(0, -'.out'.length),
      text: readFileSync(new URL(`${folder}/${name}`, FOLDER), 'utf8'),
    }));
}

function assertFact(folder: string, system: string, fact: unknown): void {
  assertGolden(`../fixtures/facts/${folder}/${system}.json`, `${JSON.stringify(fact ?? null, null, 2)}\n`);
}

for (const { section, parse } of facts) {
  const test = suite(`facts ${section}`);
  for (const { system, text } of recordings(section)) {
    test(system, () => assertFact(section, system, parse(text.split('\n').filter((line) => line !== ''))));
  }
  test.run();
}

const whole = suite('facts of a whole host');
for (const { system, text } of recordings('whole')) {
  whole(system, () => assertFact('whole', system, parseFacts(text)));
}
whole('every folder of fixtures is a fact', () => {
  const sections = facts.map((fact) => fact.section);
  assert.equal(readdirSync(FOLDER).sort(), ['whole', ...sections].sort());
});
whole.run();
