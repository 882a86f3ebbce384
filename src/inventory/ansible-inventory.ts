/** An Ansible inventory, in any of its formats -> raw inventory. */
import { orderGroups } from './ansible-groups.ts';
import { parseAnsibleIni } from './ansible-ini.ts';
import { parseAnsibleJson } from './ansible-json.ts';
import { isBlockLength, readMeshVariables } from './ansible-mesh-values.ts';
import { effectiveVariables } from './ansible-precedence.ts';
import { growTree, type Statement } from './ansible-tree.ts';
import { readHostVariables } from './ansible-variables.ts';
import { parseAnsibleYaml } from './ansible-yaml.ts';
import { inventoryError, type Problem } from './problem.ts';
import type { RawHost, RawInventory, RawValues } from './raw.ts';
import type { VarsFile } from './vars-file.ts';

export type AnsibleFormat = 'ansible-ini' | 'ansible-yaml' | 'ansible-json';

const PARSERS: Readonly<Record<AnsibleFormat, (text: string, file: string) => readonly Statement[]>> = {
  'ansible-ini': parseAnsibleIni,
  'ansible-yaml': parseAnsibleYaml,
  'ansible-json': parseAnsibleJson,
};

function withoutBlockLength(values: RawValues): RawValues {
  return new Map([...values].filter(([key, raw]) => key !== 'block' || !isBlockLength(raw.value)));
}

/**
 * Reads the text, and the files of variables beside it. The hosts' values are those that count for them at last, so
 * that groups come without any; `all` is no group, as it says nothing.
 * Throws MeshError `inventory-syntax` or `inventory-invalid` that tells every problem.
 */
export function parseAnsibleInventory(
  format: AnsibleFormat,
  text: string,
  file: string,
  varsFiles: readonly VarsFile[],
): RawInventory {
  const tree = growTree(PARSERS[format](text, file));
  const order = orderGroups(tree);
  if (order.kind === 'circle') throw inventoryError('inventory-invalid', [order.problem]);
  const effective = effectiveVariables(tree, order.groups, varsFiles);
  const mesh = readMeshVariables(effective);
  const problems: Problem[] = [...mesh.problems];
  const hosts = [...tree.hosts.values()].map(({ name, place }): RawHost => {
    const reading = readHostVariables(effective.hosts.get(name) ?? new Map());
    problems.push(...reading.problems);
    return { name, place, values: withoutBlockLength(reading.values) };
  });
  if (problems.length > 0) throw inventoryError('inventory-invalid', problems);
  const groups = order.groups.filter((group) => group.name !== 'all' && group.hosts.size > 0);
  return {
    mesh: mesh.values,
    defaults: new Map(),
    groups: groups.map(({ name, place, hosts: members }) => ({
      name,
      place,
      hosts: [...members].map((host) => ({ name: host, place })),
      values: new Map(),
    })),
    hosts,
  };
}
