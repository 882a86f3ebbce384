import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPlanFile, writePlanFile } from '../../../src/cli/plan-file.ts';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { planDocument } from '../../../src/plan/plan-document.ts';
import { buildFreshMesh, planOf } from '../../support/mesh-builder.ts';

const test = suite('plan file');
const folder = mkdtempSync(join(tmpdir(), `route-mesh-plan-${process.pid}-`));
const path = join(folder, 'change.plan');
const plan = planDocument(planOf(buildFreshMesh(2)), new Set(['h1', 'h2']));

test.after(() => rmSync(folder, { recursive: true }));

async function refusalOf(attempt: Promise<unknown>): Promise<MeshError> {
  const thrown: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof MeshError) return thrown;
  throw new Error('it was not refused');
}

test('the fingerprint that is written is read', async () => {
  await writePlanFile(path, plan, 'abc');
  assert.is(await readPlanFile(path), 'abc');
});

for (const [what, text, message] of [
  ['no JSON', '{', 'this is no plan file: it is not JSON'],
  ['another document', '{"document":"facts"}', 'this is no plan file: it has no fingerprint'],
  ['a list', '[]', 'this is no plan file: it has no fingerprint'],
] as const) {
  test(`${what} is refused`, async () => {
    writeFileSync(path, text);
    const error = await refusalOf(readPlanFile(path));
    assert.is(error.code, 'usage');
    assert.is(error.message, message);
    assert.is(error.place, path);
  });
}

test('a file that cannot be read or written is refused with a cure', async () => {
  const nowhere = join(folder, 'no', 'plan');
  assert.ok((await refusalOf(readPlanFile(nowhere))).cure);
  assert.ok((await refusalOf(writePlanFile(nowhere, plan, 'x'))).cure);
});

test.run();
