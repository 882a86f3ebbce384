/** Reads an inventory from wherever the operator keeps it. The one place of this layer that touches files. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { MeshError } from '../error/mesh-error.ts';
import { assembleInventory } from './assemble.ts';
import { parseHostList } from './host-list.ts';
import type { Inventory } from './model.ts';
import { parseOwnYaml } from './own-yaml.ts';

function missing(source: string, cause: unknown): MeshError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MeshError({
    code: 'inventory-missing',
    place: source,
    message: `the inventory ${source} cannot be read: ${reason}`,
    cure: 'Name a file, a directory, "-" for standard input, or hosts separated by commas ("h1," for one)',
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The file beside the inventory in which allocations are kept: `mesh.yaml` -> `mesh.allocations.yaml`. */
export function allocationFileOf(file: string): string {
  return join(dirname(file), `${basename(file, extname(file))}.allocations.yaml`);
}

/**
 * Reads `source`: a file, or hosts separated by commas where there is no such file.
 * Throws MeshError `inventory-missing`, `inventory-syntax` or `inventory-invalid`.
 */
export async function readInventory(source: string): Promise<Inventory> {
  if (source.includes(',') && !(await exists(source))) {
    return assembleInventory(parseHostList(source), { source, allocationFile: undefined });
  }
  let text: string;
  try {
    text = await readFile(source, 'utf8');
  } catch (thrown) {
    throw missing(source, thrown);
  }
  return assembleInventory(parseOwnYaml(text, source), { source, allocationFile: allocationFileOf(source) });
}
