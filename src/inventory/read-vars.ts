/** Reads group_vars and host_vars beside an Ansible inventory. */
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { MeshError } from '../error/mesh-error.ts';
import type { VarsFile } from './vars-file.ts';

/** Of several files for one name Ansible takes the first of these endings alone; none is a directory, mostly. */
const ENDINGS = ['', '.yml', '.yaml', '.json'];

function unreadable(place: string, cause: unknown): MeshError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MeshError({
    code: 'inventory-missing',
    place,
    message: `the variables of Ansible in ${place} cannot be read: ${reason}`,
    cure: 'Make it readable, or move it away',
    cause,
  });
}

async function entriesOfFolder(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith('.') && !name.endsWith('~'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw unreadable(folder, thrown);
  }
}

/** What a link that leads nowhere, or round in a circle, fails with. */
const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** Symbolic links are followed; one that leads nowhere is neither. */
async function kindOf(path: string): Promise<'file' | 'folder' | 'other'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : 'other';
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && ABSENT.includes(thrown.code)) return 'other';
    throw unreadable(path, thrown);
  }
}

/** Files below a folder in the order of their names, as Ansible's find_vars_files takes them. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name } of await entriesOfFolder(folder)) {
    const path = join(folder, name);
    const kind = await kindOf(path);
    if (kind === 'folder' && extname(name) === '') found.push(...(await filesBelow(path)));
    if (kind === 'file' && ENDINGS.includes(extname(name))) found.push(path);
  }
  return found;
}

function ownerName(entry: string): string {
  return ENDINGS.includes(extname(entry)) ? entry.slice(0, entry.length - extname(entry).length) : entry;
}

async function readOwner(owner: VarsFile['owner'], name: string, path: string): Promise<readonly VarsFile[]> {
  const files = (await kindOf(path)) === 'folder' ? await filesBelow(path) : [path];
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
        throw unreadable(file, thrown);
      });
      return { owner, name, file, text };
    }),
  );
}

async function readFolder(owner: VarsFile['owner'], folder: string): Promise<readonly VarsFile[]> {
  const entries = (await entriesOfFolder(folder)).map(({ name }) => name);
  const owners = [...new Set(entries.map(ownerName))];
  const found = owners.map((name) => {
    const entry = ENDINGS.map((ending) => name + ending).find((one) => entries.includes(one)) ?? name;
    return readOwner(owner, name, join(folder, entry));
  });
  return (await Promise.all(found)).flat();
}

/**
 * Reads what belongs to the inventory in `folder`: group_vars/NAME and host_vars/NAME, each a file (`.yml`, `.yaml`,
 * `.json` or without an ending) or a directory of such. Hidden files and backups (`x~`) are left out, as Ansible does.
 * Throws MeshError `inventory-missing` for what is there and cannot be read.
 */
export async function readVarsFiles(folder: string): Promise<readonly VarsFile[]> {
  const groups = await readFolder('group', join(folder, 'group_vars'));
  return [...groups, ...(await readFolder('host', join(folder, 'host_vars')))];
}
