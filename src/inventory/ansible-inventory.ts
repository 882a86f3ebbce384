/** An Ansible inventory, in any of its formats -> raw inventory. */
import { orderGroups } from './ansible-groups.ts';
import { parseAnsibleIni } from './ansible-ini.ts';
import { parseAnsibleJson } from './ansible-json.ts';
import { isBlockLength, readMeshVariables } from './ansible-mesh-values.ts';
import { type EffectiveVariables, effectiveVariables } from './ansible-precedence.ts';
import { growTree, type Statement } from './ansible-tree.ts';
import { otherConnection, readHostVariables } from './ansible-variables.ts';
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

/** Without the hosts that Ansible reaches by something else than SSH, such as its own machine. */
function withoutOthers(effective: EffectiveVariables): EffectiveVariables {
  const hosts = new Map([...effective.hosts].filter(([, values]) => otherConnection(values) === undefined));
  if (hosts.size > 0 || effective.hosts.size === 0) return { ...effective, hosts };
  const problems = [...effective.hosts.values()].flatMap((values): Problem[] => {
    const raw = otherConnection(values);
    if (raw === undefined) return [];
    const message = `${raw.path}: ${String(raw.value)} is no SSH, and route-mesh reaches hosts by nothing else; no host remains`;
    return [{ place: raw.place, message, cure: 'set it to ssh for the hosts of the mesh' }];
  });
  throw inventoryError('inventory-invalid', problems);
}

/**
 * Reads the text, and the files of variables beside it. The hosts' values are those that count for them at last, so
 * that groups come without any; `all` is no group, as it says nothing. Hosts not reached by SSH are left out.
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
  const effective = withoutOthers(effectiveVariables(tree, order.groups, varsFiles));
  const mesh = readMeshVariables(effective);
  const problems: Problem[] = [...mesh.problems];
  const hosts = [...tree.hosts.values()].flatMap(({ name, place }): RawHost[] => {
    const variables = effective.hosts.get(name);
    if (variables === undefined) return [];
    const reading = readHostVariables(variables);
    problems.push(...reading.problems);
    return [{ name, place, values: withoutBlockLength(reading.values) }];
  });
  if (problems.length > 0) throw inventoryError('inventory-invalid', problems);
  const groups = order.groups
    .filter(({ name }) => name !== 'all')
    .map((group) => ({ ...group, hosts: [...group.hosts].filter((host) => effective.hosts.has(host)) }))
    .filter((group) => group.hosts.length > 0);
  return {
    mesh: mesh.values,
    defaults: new Map(),
    groups: groups.map(({ name, place, hosts: members }) => ({
      name,
      place,
      hosts: members.map((host) => ({ name: host, place })),
      values: new Map(),
    })),
    hosts,
  };
}
