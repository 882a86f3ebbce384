/** route-mesh's own YAML -> raw inventory. Positions are kept, so that every message can name its line. */
import { isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { inventoryError, nearest, noHosts, type Problem } from './problem.ts';
import type { RawGroup, RawHost, RawInventory, RawValue, RawValues } from './raw.ts';
import { hostKeys, meshKeys } from './schema.ts';
import {
  entriesOf,
  isNothing,
  parseYamlSource,
  placeOf,
  plainOf,
  resolveAlias,
  wordOf,
  type YamlEntry,
  type YamlSource,
} from './yaml-source.ts';

type Reading = { readonly source: YamlSource; readonly problems: Problem[] };

const SECTIONS = ['defaults', 'groups', 'hosts'];

const TOP_KEYS = [...Object.keys(meshKeys), ...SECTIONS];

/** The schema's flat docker_restart is for variables of Ansible; two ways to say the same would be one too many. */
const HOST_KEYS = [...Object.keys(hostKeys).filter((key) => key !== 'docker_restart'), 'docker'];

function unknownKey({ key, place }: YamlEntry, path: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  const cure = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return { place, message: `${path}: there is no such key`, cure };
}

function keyPath(path: string, key: string): string {
  return path === '' ? key : `${path}/${key}`;
}

/** The entries of a map, each key once; a key that stands there twice is a problem with both lines. */
function uniqueEntries({ source, problems }: Reading, map: YAMLMap, path: string): readonly YamlEntry[] {
  const seen = new Map<string, string>();
  for (const { key } of map.items) {
    const name = wordOf(key) ?? '';
    const place = placeOf(source, key);
    const before = seen.get(name);
    if (before === undefined) seen.set(name, place);
    else {
      const message = `${keyPath(path, name)}: is there twice, first at ${before}`;
      problems.push({ place, message, cure: 'keep one of the two' });
    }
  }
  return [...new Map(entriesOf(source, map).map((entry) => [entry.key, entry])).values()];
}

function shapeOf(node: unknown): string {
  if (isNothing(node)) return 'nothing';
  if (isMap(node)) return 'a map of keys';
  return isSeq(node) ? 'a list' : 'a single value';
}

function wrongShape({ problems }: Reading, entry: Omit<YamlEntry, 'key'>, path: string, right: string): void {
  const message = `${path}: cannot be ${shapeOf(entry.node)}`;
  problems.push({ place: entry.place, message, cure: `write ${right}` });
}

/** Entries of the map at this place; none, and a problem, where there is no map. */
function entriesAt(reading: Reading, entry: YamlEntry, path: string, right: string): readonly YamlEntry[] {
  if (isMap(entry.node)) return uniqueEntries(reading, entry.node, path);
  wrongShape(reading, entry, path, right);
  return [];
}

function rawValue(reading: Reading, { node, place }: YamlEntry, path: string): RawValue {
  return { value: plainOf(reading.source, node), place, path };
}

/** `docker: {restart: …}` is written as people say it, and is one key to everything behind this file. */
function dockerValues(reading: Reading, docker: YamlEntry, path: string): readonly [string, RawValue][] {
  const inner = entriesAt(reading, docker, path, '{restart: ask}, or allowed, or never');
  return inner.flatMap((entry): [string, RawValue][] => {
    const at = `${path}/${entry.key}`;
    if (entry.key === 'restart') return [['docker_restart', rawValue(reading, entry, at)]];
    reading.problems.push(unknownKey(entry, at, ['restart']));
    return [];
  });
}

/** Keys of a host, wherever they stand. A key without a value is left out. */
function hostValues(reading: Reading, entries: readonly YamlEntry[], path: string): RawValues {
  const values = entries.flatMap((entry): readonly [string, RawValue][] => {
    const at = `${path}/${entry.key}`;
    if (!HOST_KEYS.includes(entry.key)) reading.problems.push(unknownKey(entry, at, HOST_KEYS));
    else if (isNothing(entry.node)) return [];
    else if (entry.key === 'docker') return dockerValues(reading, entry, at);
    else return [[entry.key, rawValue(reading, entry, at)]];
    return [];
  });
  return new Map(values);
}

/** The names in a list; anything else in it is a problem. */
function namesIn(
  reading: Reading,
  list: YAMLSeq,
  path: string,
): readonly { readonly name: string; readonly place: string }[] {
  return list.items.flatMap((item) => {
    const node = resolveAlias(reading.source, item);
    const place = placeOf(reading.source, item);
    const name = wordOf(node);
    if (name === undefined)
      wrongShape(reading, { node, place }, `${path}: a name`, 'names only, as in [h1, h2]');
    return name === undefined ? [] : [{ name, place }];
  });
}

const HOSTS = 'a list of names, or a map of names with their keys';

/** `hosts:` is a list of names, or a map of name -> keys. */
function readHosts(reading: Reading, entry: YamlEntry): readonly RawHost[] {
  if (isSeq(entry.node)) {
    return namesIn(reading, entry.node, 'hosts').map((host) => ({ ...host, values: new Map() }));
  }
  return entriesAt(reading, entry, 'hosts', HOSTS).map((host) => {
    const { key: name, place } = host;
    const path = `hosts/${name}`;
    if (isNothing(host.node)) return { name, place, values: new Map() };
    const keys = entriesAt(reading, host, path, 'a map of keys such as {address: 192.0.2.11}');
    return { name, place, values: hostValues(reading, keys, path) };
  });
}

function readGroup(reading: Reading, group: YamlEntry): RawGroup {
  const { key: name, place } = group;
  const path = `groups/${name}`;
  if (name === 'all') {
    const message = `${path}: every host is in all already`;
    reading.problems.push({ place, message, cure: 'put these keys below defaults:' });
    return { name, place, hosts: [], values: new Map() };
  }
  const entries = entriesAt(reading, group, path, 'a map with hosts: and keys for them');
  const members = entries.find(({ key }) => key === 'hosts');
  const list = isSeq(members?.node) ? members.node : undefined;
  if (list === undefined && isMap(group.node)) {
    wrongShape(
      reading,
      members ?? { place, node: null },
      `${path}/hosts`,
      'a list of host names, such as [h1, h2], in hosts:',
    );
  }
  return {
    name,
    place,
    hosts: list === undefined ? [] : namesIn(reading, list, `${path}/hosts`),
    values: hostValues(
      reading,
      entries.filter(({ key }) => key !== 'hosts'),
      path,
    ),
  };
}

/** A key of a host at the top is a slip worth a better answer than "no such key". */
function unknownTopKey(entry: YamlEntry): Problem {
  const { key, place } = entry;
  if (!HOST_KEYS.includes(key)) return unknownKey(entry, key, TOP_KEYS);
  return { place, message: `${key}: is a key of hosts`, cure: 'move it below defaults:, a group or a host' };
}

function meshValues(reading: Reading, top: readonly YamlEntry[]): RawValues {
  const known = top.filter(({ key, node }) => Object.hasOwn(meshKeys, key) && !isNothing(node));
  return new Map(known.map((entry) => [entry.key, rawValue(reading, entry, entry.key)]));
}

/**
 * Reads the text of a file; what is wrong with its shape stands in `problems`. Throws MeshError `inventory-syntax` where
 * it is not YAML, `inventory-invalid` where it is no map.
 */
export function parseOwnYaml(text: string, file: string): RawInventory {
  const source = parseYamlSource(text, file, 'last');
  const reading: Reading = { source, problems: [] };
  const contents = source.document.contents;
  if (!isMap(contents)) {
    const message = isNothing(contents) ? 'the inventory is empty' : 'the inventory is not a map of keys';
    const cure = 'write at least "hosts: [h1, h2]"; inventory/example.yaml shows every key';
    throw inventoryError('inventory-invalid', [{ place: `${file}:1`, message, cure }]);
  }
  const top = uniqueEntries(reading, contents, '');
  const section = (name: string): YamlEntry | undefined =>
    top.find(({ key, node }) => key === name && !isNothing(node));
  const [defaults, groups, hosts] = SECTIONS.map(section);
  reading.problems.push(...top.filter(({ key }) => !TOP_KEYS.includes(key)).map(unknownTopKey));
  const found = hosts ? readHosts(reading, hosts) : [];
  if (found.length === 0 && reading.problems.length === 0) {
    reading.problems.push(noHosts(top.find(({ key }) => key === 'hosts')?.place ?? `${file}:1`));
  }
  return {
    mesh: meshValues(reading, top),
    defaults: defaults
      ? hostValues(
          reading,
          entriesAt(reading, defaults, 'defaults', 'a map of keys for all hosts'),
          'defaults',
        )
      : new Map(),
    groups: groups
      ? entriesAt(reading, groups, 'groups', 'a map of groups').map((group) => readGroup(reading, group))
      : [],
    hosts: found,
    problems: reading.problems,
  };
}
