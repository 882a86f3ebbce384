/**
 * Ansible's YAML inventory -> statements: groups at the top, each with `hosts`, `children` and `vars`.
 * https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yaml_inventory.html
 */
import { isMap, isScalar } from 'yaml';
import type { Statement } from './ansible-tree.ts';
import { parseHostNames } from './host-range.ts';
import { inventoryError, nearest, type Problem } from './problem.ts';
import {
  entriesOf,
  isNothing,
  parseYamlSource,
  placeOf,
  plainOf,
  type YamlEntry,
  type YamlSource,
} from './yaml-source.ts';

const SECTIONS = ['hosts', 'children', 'vars'] as const;

/** Deeper nesting is a circle of aliases. */
const DEEPEST = 100;

type Reading = {
  readonly source: YamlSource;
  readonly statements: Statement[];
  readonly problems: Problem[];
};

/** Entries of a map; none for nothing. Ansible takes a single name for a map of one. */
function entriesAt({ source, problems }: Reading, node: unknown, path: string): readonly YamlEntry[] {
  if (isNothing(node)) return [];
  if (isMap(node)) return entriesOf(source, node);
  const place = placeOf(source, node);
  if (isScalar(node) && typeof node.value === 'string') {
    return [{ key: node.value, place, node: null }];
  }
  problems.push({
    place,
    message: `${path}: that is not a map`,
    cure: 'write names with a colon, one a line',
  });
  return [];
}

function readHost(reading: Reading, group: string, entry: YamlEntry): void {
  const { source, statements, problems } = reading;
  const { key: pattern, place } = entry;
  const found = parseHostNames(pattern);
  if (found.kind === 'wrong') {
    const cure = 'write a host’s name, or a range such as www[01:50]';
    problems.push({ place, message: `groups/${group}/hosts: ${found.why}`, cure });
    return;
  }
  const variables = entriesAt(reading, entry.node, `hosts/${pattern}`).map((variable) => ({
    key: variable.key,
    value: plainOf(source, variable.node),
    place: variable.place,
  }));
  const port = found.port === undefined ? [] : [{ key: 'ansible_port', value: found.port, place }];
  for (const host of found.names) {
    statements.push({ kind: 'member', group, host, place });
    for (const variable of [...port, ...variables])
      statements.push({ kind: 'host-variable', host, ...variable });
  }
}

function readSection(reading: Reading, group: string, section: YamlEntry, depth: number): void {
  const { source, statements, problems } = reading;
  const path = `groups/${group}/${section.key}`;
  switch (SECTIONS.find((known) => known === section.key)) {
    case 'hosts':
      for (const host of entriesAt(reading, section.node, path)) readHost(reading, group, host);
      break;
    case 'children':
      for (const child of entriesAt(reading, section.node, path)) {
        statements.push({ kind: 'child', group, child: child.key, place: child.place });
        readGroup(reading, child, depth + 1);
      }
      break;
    case 'vars':
      for (const { key, place, node } of entriesAt(reading, section.node, path)) {
        statements.push({ kind: 'group-variable', group, key, value: plainOf(source, node), place });
      }
      break;
    case undefined: {
      const meant = nearest(section.key, SECTIONS);
      const cure = meant === undefined ? 'put variables below vars:' : `did you mean ${meant}?`;
      problems.push({ place: section.place, message: `${path}: there is no such key in a group`, cure });
      break;
    }
  }
}

function readGroup(reading: Reading, entry: YamlEntry, depth: number): void {
  const { key: group, place, node } = entry;
  if (depth > DEEPEST) {
    const message = `groups/${group}/children: an alias leads back to itself`;
    throw inventoryError('inventory-syntax', [{ place, message, cure: 'write the groups out' }]);
  }
  reading.statements.push({ kind: 'group', group, place });
  if (isNothing(node)) return;
  if (!isMap(node)) {
    const message = `groups/${group}: that is not a map`;
    reading.problems.push({ place, message, cure: 'write hosts:, children: or vars: below it' });
    return;
  }
  for (const section of entriesOf(reading.source, node)) readSection(reading, group, section, depth);
}

/** A file such as `plugin: amazon.aws.aws_ec2` only configures a program that finds hosts. */
function refusePlugin(top: readonly YamlEntry[], file: string): void {
  const plugin = top.find(({ key }) => key === 'plugin');
  if (plugin === undefined) return;
  const message = 'this configures a plugin of Ansible, and holds no hosts';
  const cure = `let Ansible ask it: ansible-inventory -i ${file} --list | route-mesh … --inventory -`;
  throw inventoryError('inventory-invalid', [{ place: plugin.place, message, cure }]);
}

/** Reads the text of a file. Throws MeshError `inventory-syntax` or `inventory-invalid` that tells every problem. */
export function parseAnsibleYaml(text: string, file: string): readonly Statement[] {
  const source = parseYamlSource(text, file, 'last');
  const reading: Reading = { source, statements: [], problems: [] };
  const top = entriesAt(reading, source.document.contents, 'the inventory');
  refusePlugin(top, file);
  for (const group of top) readGroup(reading, group, 0);
  if (reading.problems.length > 0) throw inventoryError('inventory-invalid', reading.problems);
  return reading.statements;
}
