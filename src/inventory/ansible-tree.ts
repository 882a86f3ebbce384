/** What the three formats of an Ansible inventory have in common: groups with hosts, children and variables. */
import type { RawValue, RawValues } from './raw.ts';

/** One thing that a line of an inventory says. Every reader gives these, in the order of the file. */
export type Statement = { readonly place: string } & (
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'member'; readonly group: string; readonly host: string }
  | { readonly kind: 'child'; readonly group: string; readonly child: string }
  | {
      readonly kind: 'group-variable';
      readonly group: string;
      readonly key: string;
      readonly value: unknown;
    }
  | { readonly kind: 'host-variable'; readonly host: string; readonly key: string; readonly value: unknown }
);

/** Names with the place of their first mention. */
export type Places = ReadonlyMap<string, string>;

export type AnsibleGroup = {
  readonly name: string;
  readonly place: string;
  /** Its own hosts, without those of its children. */
  readonly hosts: Places;
  readonly children: Places;
  readonly variables: RawValues;
};

export type AnsibleHost = { readonly name: string; readonly place: string; readonly variables: RawValues };

export type AnsibleTree = {
  readonly groups: ReadonlyMap<string, AnsibleGroup>;
  readonly hosts: ReadonlyMap<string, AnsibleHost>;
};

type GrowingGroup = AnsibleGroup & {
  readonly hosts: Map<string, string>;
  readonly children: Map<string, string>;
  readonly variables: Map<string, RawValue>;
};

type GrowingHost = AnsibleHost & { readonly variables: Map<string, RawValue> };

function groupOf(groups: Map<string, GrowingGroup>, name: string, place: string): GrowingGroup {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = { name, place, hosts: new Map(), children: new Map(), variables: new Map() };
  groups.set(name, group);
  return group;
}

function hostOf(hosts: Map<string, GrowingHost>, name: string, place: string): GrowingHost {
  const known = hosts.get(name);
  if (known !== undefined) return known;
  const host = { name, place, variables: new Map() };
  hosts.set(name, host);
  return host;
}

function noteFirst(places: Map<string, string>, name: string, place: string): void {
  if (!places.has(name)) places.set(name, place);
}

/** The tree that the statements make. Groups and hosts said more than once are one; of a variable the last value counts. */
export function growTree(statements: Iterable<Statement>): AnsibleTree {
  const groups = new Map<string, GrowingGroup>();
  const hosts = new Map<string, GrowingHost>();
  for (const statement of statements) {
    const { place } = statement;
    switch (statement.kind) {
      case 'group':
        groupOf(groups, statement.group, place);
        break;
      case 'member':
        noteFirst(groupOf(groups, statement.group, place).hosts, statement.host, place);
        hostOf(hosts, statement.host, place);
        break;
      case 'child':
        noteFirst(groupOf(groups, statement.group, place).children, statement.child, place);
        groupOf(groups, statement.child, place);
        break;
      case 'group-variable': {
        const { group, key, value } = statement;
        groupOf(groups, group, place).variables.set(key, { value, place, path: `groups/${group}/${key}` });
        break;
      }
      case 'host-variable': {
        const { host, key, value } = statement;
        hostOf(hosts, host, place).variables.set(key, { value, place, path: `hosts/${host}/${key}` });
        break;
      }
    }
  }
  return { groups, hosts };
}
