/** Reads an inventory from wherever the operator keeps it. Files of this layer that touch the world begin with "read". */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { MeshError } from '../error/mesh-error.ts';
import { parseAnsibleInventory } from './ansible-inventory.ts';
import { assembleInventory, type Source } from './assemble.ts';
import { detectFormat, isProgram } from './format.ts';
import { parseHostList } from './host-list.ts';
import type { Inventory } from './model.ts';
import { parseOwnYaml } from './own-yaml.ts';
import { readProgram } from './read-program.ts';
import { readVarsFiles } from './read-vars.ts';
import type { VarsFile } from './vars-file.ts';

/** Looked for in a directory, the first one found is read. */
const NAMES_IN_DIRECTORY = [
  'route-mesh.yaml',
  'hosts.yaml',
  'hosts.yml',
  'hosts',
  'hosts.ini',
  'hosts.json',
] as const;

/** Stands for the file's name in places. */
const STANDARD_INPUT = 'standard input';

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

/** The file itself, or the inventory in a directory. */
async function findFile(source: string): Promise<string> {
  const found = await stat(source).catch((thrown: unknown) => {
    throw missing(source, thrown);
  });
  if (!found.isDirectory()) return source;
  for (const name of NAMES_IN_DIRECTORY) {
    if (await exists(join(source, name))) return join(source, name);
  }
  throw new MeshError({
    code: 'inventory-missing',
    place: source,
    message: `the directory ${source} holds no inventory: there is no ${NAMES_IN_DIRECTORY.join(', no ')}`,
    cure: 'Name the file itself, or give it one of these names',
  });
}

/**
 * The file beside the inventory in which allocations are kept: `mesh.yaml` -> `mesh.allocations.yaml`. Only endings that
 * name a format are cut off, for hosts.test and hosts.live are two meshes.
 */
function allocationFileOf(file: string): string {
  const name = basename(file).replace(/\.(ya?ml|json|ini|cfg)$/i, '');
  return join(dirname(file), `${name}.allocations.yaml`);
}

async function parseText(
  text: string,
  file: string,
  source: Source,
  readVariables: () => Promise<readonly VarsFile[]>,
): Promise<Inventory> {
  const format = detectFormat(text, file);
  const raw =
    format === 'own-yaml'
      ? parseOwnYaml(text, file)
      : parseAnsibleInventory(format, text, file, await readVariables());
  return assembleInventory(raw, source);
}

async function readInventoryFile(source: string): Promise<Inventory> {
  const file = await findFile(source);
  const content = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw missing(source, thrown);
  });
  const kept = { source, allocationFile: allocationFileOf(file) };
  const variables = (): Promise<readonly VarsFile[]> => readVarsFiles(dirname(file));
  if (!isProgram(content)) return parseText(content, file, kept, variables);
  const printed = await readProgram(file);
  return assembleInventory(
    parseAnsibleInventory('ansible-json', printed, `${file} --list`, await variables()),
    kept,
  );
}

/**
 * Reads `source`: `-` for `input`, which is standard input; a directory; a file or a program of Ansible's; or hosts
 * separated by commas where there is no such file. Beside an inventory of Ansible, group_vars and host_vars count.
 * Throws MeshError `inventory-missing`, `inventory-syntax` or `inventory-invalid`.
 */
export async function readInventory(
  source: string,
  input: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<Inventory> {
  if (source === '-') {
    return parseText(
      await textOf(input),
      STANDARD_INPUT,
      { source, allocationFile: undefined },
      async () => [],
    );
  }
  if (source.includes(',') && !(await exists(source))) {
    return assembleInventory(parseHostList(source), { source, allocationFile: undefined });
  }
  return readInventoryFile(source);
}
