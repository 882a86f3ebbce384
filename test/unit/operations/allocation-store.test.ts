import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import {
  forgetAllocations,
  loadAllocation,
  storeAllocation,
} from '../../../src/operations/allocation-store.ts';
import { buildFreshMesh, buildInventory, planOf } from '../../support/mesh-builder.ts';

const test = suite('allocation store');
const folder = mkdtempSync(join(tmpdir(), `route-mesh-allocation-${process.pid}-`));
const path = join(folder, 'allocation.yaml');
const inventory = buildInventory(['h1', 'h2'], { allocationFile: path });
const plan = planOf(buildFreshMesh(2));

test.before.each(() => rmSync(path, { force: true, recursive: true }));
test.after(() => rmSync(folder, { recursive: true }));

async function refusalOf(attempt: Promise<unknown>): Promise<MeshError> {
  const thrown: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof MeshError) return thrown;
  throw new Error('it was not refused');
}

test('what is stored is loaded', async () => {
  await storeAllocation(inventory, plan);
  const kept = await loadAllocation(inventory);
  assert.is(kept?.pool, plan.pool);
  assert.equal(Object.fromEntries(kept?.blocks ?? []), plan.blocks);
  assert.equal(readdirSync(folder), ['allocation.yaml'], 'nothing temporary is left');
});

test('no file is no allocation; an inventory without a place has none either', async () => {
  assert.is(await loadAllocation(inventory), undefined);
  const nowhere = buildInventory(['h1']);
  await storeAllocation(nowhere, plan);
  await forgetAllocations(nowhere, ['h1']);
  assert.is(await loadAllocation(nowhere), undefined);
});

test('the same blocks are not written again', async () => {
  await storeAllocation(inventory, plan);
  const before = statSync(path);
  await storeAllocation(inventory, plan);
  assert.is(statSync(path).ino, before.ino);
});

test('a damaged file is an error that says where', async () => {
  writeFileSync(path, 'blocks: {h1: nonsense}\n');
  const error = await refusalOf(loadAllocation(inventory));
  assert.is(error.code, 'allocation-file');
  assert.match(error.place ?? '', path);
  assert.ok(error.cure);
});

test('a file that cannot be read or written is an error with a cure', async () => {
  const inTheWay = buildInventory(['h1'], { allocationFile: folder });
  assert.is((await refusalOf(loadAllocation(inTheWay))).code, 'allocation-file');
  const nowhere = buildInventory(['h1'], { allocationFile: join(folder, 'no', 'such', 'folder') });
  const error = await refusalOf(storeAllocation(nowhere, plan));
  assert.is(error.code, 'allocation-file');
  assert.ok(error.cure);
});

test('a host that was cleaned is forgotten, the file goes with the last one', async () => {
  await storeAllocation(inventory, plan);
  await forgetAllocations(inventory, ['h1', 'stranger']);
  assert.not.match(readFileSync(path, 'utf8'), /h1/);
  assert.match(readFileSync(path, 'utf8'), /h2/);
  await forgetAllocations(inventory, ['h2']);
  assert.equal(readdirSync(folder), []);
});

test.run();
