/** Which value of a variable counts for a host, as Ansible decides it. */
import type { OrderedGroup } from './ansible-groups.ts';
import type { AnsibleTree } from './ansible-tree.ts';
import type { RawValues } from './raw.ts';
import { parseVarsFile, type VarsFile } from './vars-file.ts';

/** Values of every host, and of all hosts together. */
export type EffectiveVariables = {
  readonly all: RawValues;
  readonly hosts: ReadonlyMap<string, RawValues>;
};

/** Several files of one name count in their order. A file for nobody of the inventory is not even parsed. */
function fileVariables(
  files: readonly VarsFile[],
  owner: VarsFile['owner'],
  names: ReadonlySet<string>,
): ReadonlyMap<string, RawValues> {
  const found = new Map<string, RawValues>();
  for (const file of files) {
    if (file.owner !== owner || !names.has(file.name)) continue;
    found.set(file.name, new Map([...(found.get(file.name) ?? []), ...parseVarsFile(file)]));
  }
  return found;
}

function merge(layers: readonly (RawValues | undefined)[]): RawValues {
  return new Map(layers.flatMap((layer) => (layer === undefined ? [] : [...layer])));
}

/** The groups of each host, weakest first. */
function groupsByHost(groups: readonly OrderedGroup[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { name, hosts } of groups) {
    for (const host of hosts) {
      const mine = found.get(host);
      if (mine === undefined) found.set(host, [name]);
      else mine.push(name);
    }
  }
  return found;
}

/**
 * Weakest first: groups in the inventory, group_vars, the host in the inventory, host_vars. So group_vars/all counts
 * more than a variable of any group in the inventory file.
 * https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence
 * `groups` is in Ansible's order. Throws what a file of variables makes parseVarsFile throw.
 */
export function effectiveVariables(
  tree: AnsibleTree,
  groups: readonly OrderedGroup[],
  files: readonly VarsFile[],
): EffectiveVariables {
  const groupFiles = fileVariables(files, 'group', new Set(groups.map(({ name }) => name)));
  const hostFiles = fileVariables(files, 'host', new Set(tree.hosts.keys()));
  const memberships = groupsByHost(groups);
  const hosts = [...tree.hosts.values()].map((host): readonly [string, RawValues] => {
    const mine = memberships.get(host.name) ?? [];
    const fromGroups = mine.map((name) => tree.groups.get(name)?.variables);
    const fromGroupFiles = mine.map((name) => groupFiles.get(name));
    return [host.name, merge([...fromGroups, ...fromGroupFiles, host.variables, hostFiles.get(host.name)])];
  });
  return { all: merge([tree.groups.get('all')?.variables, groupFiles.get('all')]), hosts: new Map(hosts) };
}
