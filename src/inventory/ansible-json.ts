/**
 * What an inventory script, or `ansible-inventory --list`, prints -> statements.
 * https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-script-conventions
 */
import { isMap, isScalar, isSeq } from 'yaml';
import type { Statement } from './ansible-tree.ts';
import { inventoryError, type Problem } from './problem.ts';
import {
  entriesOf,
  isNothing,
  parseYamlSource,
  placeOf,
  plainOf,
  type YamlEntry,
  type YamlSource,
} from './yaml-source.ts';

type Reading = {
  readonly source: YamlSource;
  readonly statements: Statement[];
  readonly problems: Problem[];
};

function complain({ source, problems }: Reading, node: unknown, path: string, right: string): void {
  problems.push({
    place: placeOf(source, node),
    message: `${path}: that is not ${right}`,
    cure: `give ${right}`,
  });
}

function entriesAt(reading: Reading, node: unknown, path: string): readonly YamlEntry[] {
  if (isNothing(node)) return [];
  if (isMap(node)) return entriesOf(reading.source, node);
  complain(reading, node, path, 'an object');
  return [];
}

function namesAt(reading: Reading, node: unknown, path: string): readonly { name: string; place: string }[] {
  if (isNothing(node)) return [];
  if (isSeq(node) && node.items.every((item) => isScalar(item) && typeof item.value === 'string')) {
    return node.items.map((item) => ({ name: String(item), place: placeOf(reading.source, item) }));
  }
  complain(reading, node, path, 'a list of names');
  return [];
}

function readHosts({ statements }: Reading, group: string, hosts: ReturnType<typeof namesAt>): void {
  for (const { name, place } of hosts) statements.push({ kind: 'member', group, host: name, place });
}

/** A group is a list of hosts, or an object of `hosts`, `children` and `vars`. */
function readGroup(reading: Reading, { key: group, node, place }: YamlEntry): void {
  const { source, statements } = reading;
  const path = `groups/${group}`;
  statements.push({ kind: 'group', group, place });
  if (isSeq(node)) {
    readHosts(reading, group, namesAt(reading, node, path));
    return;
  }
  for (const section of entriesAt(reading, node, path)) {
    const at = `${path}/${section.key}`;
    if (section.key === 'hosts') readHosts(reading, group, namesAt(reading, section.node, at));
    if (section.key === 'children') {
      for (const { name, place: line } of namesAt(reading, section.node, at)) {
        statements.push({ kind: 'child', group, child: name, place: line });
      }
    }
    if (section.key !== 'vars') continue;
    for (const { key, place: line, node: value } of entriesAt(reading, section.node, at)) {
      statements.push({ kind: 'group-variable', group, key, value: plainOf(source, value), place: line });
    }
  }
}

/** Variables of hosts that are in no group are left out, as Ansible does. */
function readHostVariables(reading: Reading, meta: YamlEntry): void {
  const { source, statements } = reading;
  const hosts = new Set(statements.flatMap((one) => (one.kind === 'member' ? [one.host] : [])));
  const all = entriesAt(reading, meta.node, '_meta').find(({ key }) => key === 'hostvars');
  for (const { key: host, node } of entriesAt(reading, all?.node, '_meta/hostvars')) {
    if (!hosts.has(host)) continue;
    for (const { key, place, node: value } of entriesAt(reading, node, `_meta/hostvars/${host}`)) {
      statements.push({ kind: 'host-variable', host, key, value: plainOf(source, value), place });
    }
  }
}

/** Reads the text with the YAML parser, for JSON is YAML, and that parser knows lines. Throws MeshError `inventory-syntax` or `inventory-invalid` that tells every problem. */
export function parseAnsibleJson(text: string, file: string): readonly Statement[] {
  const source = parseYamlSource(text, file, 'last');
  const reading: Reading = { source, statements: [], problems: [] };
  const top = entriesAt(reading, source.document.contents, 'the inventory');
  for (const group of top) if (group.key !== '_meta') readGroup(reading, group);
  for (const meta of top) if (meta.key === '_meta') readHostVariables(reading, meta);
  if (reading.problems.length > 0) throw inventoryError('inventory-invalid', reading.problems);
  return reading.statements;
}
