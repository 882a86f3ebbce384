/** Keys of the mesh in variables of Ansible. */
import type { EffectiveVariables } from './ansible-precedence.ts';
import { OWN_PREFIX, unreadable } from './ansible-variables.ts';
import type { Problem } from './problem.ts';
import type { RawValue, RawValues } from './raw.ts';
import { meshKeys } from './schema.ts';

export type MeshReading = { readonly values: RawValues; readonly problems: readonly Problem[] };

/** `route_mesh_block` is the mesh's where it is a length, /22, and a host's pin where it is a prefix. */
export function isBlockLength(value: unknown): boolean {
  return /^\s*\/?\d+\s*$/.test(String(value));
}

type Found = { readonly value: RawValue | undefined } | { readonly problem: Problem };

/**
 * A key of the mesh is written for all hosts, in group all's variables. Looked at are the hosts, for whom it must be the
 * same: `ansible-inventory --list` prints variables of groups nowhere but there.
 */
function readKey(key: string, { all, hosts }: EffectiveVariables): Found {
  const name = `${OWN_PREFIX}${key}`;
  const said = [...hosts].flatMap(([host, variables]) => {
    const raw = variables.get(name);
    return key === 'block' && raw !== undefined && !isBlockLength(raw.value) ? [] : [{ host, raw }];
  });
  const general = all.get(name);
  const first = general ?? said.find(({ raw }) => raw !== undefined)?.raw;
  if (first === undefined) return { value: undefined };
  const other = said.find(({ raw }) => JSON.stringify(raw?.value) !== JSON.stringify(first.value));
  if (other === undefined) {
    const problem = unreadable(first, key);
    return problem === undefined ? { value: first } : { problem };
  }
  const message = `${(other.raw ?? first).path}: counts for the whole mesh, but not all hosts have the same`;
  const cure = `set ${name} once, in the variables of the group all`;
  return { problem: { place: (other.raw ?? first).place, message, cure } };
}

/** Reads the values of the mesh from the variables that count for its hosts. */
export function readMeshVariables(effective: EffectiveVariables): MeshReading {
  const values = new Map<string, RawValue>();
  const problems: Problem[] = [];
  for (const key of Object.keys(meshKeys)) {
    const found = readKey(key, effective);
    if ('problem' in found) problems.push(found.problem);
    else if (found.value !== undefined) values.set(key, found.value);
  }
  return { values, problems };
}
