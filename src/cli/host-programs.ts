/** Reads templates/host of the package: what goes to every host as it is. */
import { readdir, readFile } from 'node:fs/promises';
import type { HostPrograms } from '../modes/host-files.ts';

/** The same distance from src/cli and from dist/cli. */
const FOLDER = new URL('../../templates/host/', import.meta.url);

/** File name -> content. */
export async function loadHostPrograms(): Promise<HostPrograms> {
  const names = (await readdir(FOLDER)).sort();
  const contents = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? '']));
}
