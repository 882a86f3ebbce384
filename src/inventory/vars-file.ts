/** Files of variables beside an Ansible inventory: group_vars/GROUP and host_vars/HOST. */
import { isMap } from 'yaml';
import { inventoryError } from './problem.ts';
import type { RawValue, RawValues } from './raw.ts';
import { entriesOf, isNothing, parseYamlSource, plainOf } from './yaml-source.ts';

export type VarsFile = {
  readonly owner: 'group' | 'host';
  /** Of the group or host. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
};

/**
 * Reads YAML or JSON. Throws MeshError `inventory-syntax` for a text that is neither, `inventory-invalid` for one that
 * is encrypted as a whole, since nobody can tell what it says.
 */
export function parseVarsFile({ owner, name, file, text }: VarsFile): RawValues {
  if (text.startsWith('$ANSIBLE_VAULT')) {
    const message = `${owner}s/${name}: the file is encrypted`;
    const cure =
      'let Ansible open it: ansible-inventory -i FILE --list --ask-vault-pass | route-mesh … --inventory -';
    throw inventoryError('inventory-invalid', [{ place: `${file}:1`, message, cure }]);
  }
  const source = parseYamlSource(text, file, 'last');
  const top: unknown = source.document.contents;
  if (isNothing(top)) return new Map();
  if (!isMap(top)) {
    const message = `${owner}s/${name}: the file is not a map of variables`;
    throw inventoryError('inventory-invalid', [{ place: `${file}:1`, message, cure: 'write key: value' }]);
  }
  return new Map(
    entriesOf(source, top).map(({ key, place, node }): readonly [string, RawValue] => [
      key,
      { value: plainOf(source, node), place, path: `${owner}s/${name}/${key}` },
    ]),
  );
}
