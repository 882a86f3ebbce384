/** The allocation file beside the inventory: read at each run, written before hosts are changed. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { MeshError } from '../error/mesh-error.ts';
import type { Inventory } from '../inventory/model.ts';
import { parseAllocationFile, renderAllocationFile } from '../ipam/allocation-file.ts';
import type { KeptAllocation } from '../ipam/model.ts';
import type { Plan } from '../plan/model.ts';

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

function fileError(path: string, doing: string, cause: unknown): MeshError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const cure =
    'Make the file readable and writable for you; the hosts know their blocks too, so it may be removed';
  return new MeshError({
    code: 'allocation-file',
    place: path,
    message: `cannot ${doing} it: ${reason}`,
    cure,
    cause,
  });
}

/** What the file says; undefined when there is none, or the inventory has no place for one. */
export async function loadAllocation(inventory: Inventory): Promise<KeptAllocation | undefined> {
  const path = inventory.allocationFile;
  if (path === undefined) return undefined;
  try {
    return parseAllocationFile(await readFile(path, 'utf8'), path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown instanceof MeshError ? thrown : fileError(path, 'read', thrown);
  }
}

/** Replaces the file whole or not at all: written beside it, synced, renamed. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw fileError(path, 'write', thrown);
  }
}

async function replaceIfChanged(path: string, text: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw fileError(path, 'read', thrown);
  });
  if (before !== text) await writeAtomically(path, text);
}

/** Keeps the plan's blocks. Written only when they differ from what is there. */
export async function storeAllocation(inventory: Inventory, plan: Plan): Promise<void> {
  const path = inventory.allocationFile;
  if (path === undefined) return;
  const blocks = new Map(Object.entries(plan.blocks));
  if (blocks.size === 0) return;
  const { mesh, pool } = plan;
  await replaceIfChanged(path, renderAllocationFile({ mesh, pool, blocks }, [...blocks.keys()]));
}

/** Drops hosts that were cleaned; the file goes with the last of them. */
export async function forgetAllocations(inventory: Inventory, hosts: readonly string[]): Promise<void> {
  const path = inventory.allocationFile;
  const kept = await loadAllocation(inventory);
  if (path === undefined || kept === undefined) return;
  const blocks = new Map([...kept.blocks].filter(([host]) => !hosts.includes(host)));
  if (blocks.size === 0) await rm(path, { force: true });
  else {
    const file = { mesh: inventory.mesh, pool: kept.pool, blocks };
    await replaceIfChanged(path, renderAllocationFile(file, [...blocks.keys()]));
  }
}
