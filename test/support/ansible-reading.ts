/** Reads Ansible inventories from texts, for tests. */
import { MeshError } from '../../src/error/mesh-error.ts';
import { type AnsibleFormat, parseAnsibleInventory } from '../../src/inventory/ansible-inventory.ts';
import { assembleInventory } from '../../src/inventory/assemble.ts';
import type { Inventory, InventoryHost } from '../../src/inventory/model.ts';
import type { VarsFile } from '../../src/inventory/vars-file.ts';

/** A file of variables by its path, `group_vars/all.yml`; the name ends at the first dot. */
function varsFile(file: string, text: string): VarsFile {
  const [folder = '', entry = ''] = file.split('/');
  return {
    owner: folder === 'group_vars' ? 'group' : 'host',
    name: entry.split('.')[0] ?? '',
    file,
    text,
  };
}

/** The inventory that the text makes, with these files of variables beside it. */
export function readAnsible(
  text: string,
  format: AnsibleFormat = 'ansible-ini',
  files: Readonly<Record<string, string>> = {},
): Inventory {
  const vars = Object.entries(files).map(([file, content]) => varsFile(file, content));
  const raw = parseAnsibleInventory(format, text, 'hosts', vars);
  return assembleInventory(raw, { source: 'hosts', allocationFile: undefined });
}

export function hostNamed(inventory: Inventory, name: string): InventoryHost {
  const found = inventory.hosts.find((host) => host.name === name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
}

/** What the operator is told: `place: message; cure`. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (!(thrown instanceof MeshError)) throw thrown;
    return `${thrown.place}: ${thrown.message}; ${thrown.cure}`;
  }
  throw new Error('it was taken');
}
