/** route-mesh's own YAML -> raw inventory. Positions are kept, so that every message can name its line. */
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { inventoryError, nearest, type Problem } from './problem.ts';
import type { RawGroup, RawHost, RawInventory, RawValue, RawValues } from './raw.ts';
import { hostKeys, meshKeys } from './schema.ts';

type Context = {
  readonly file: string;
  readonly lines: LineCounter;
  readonly problems: Problem[];
};

const SECTIONS = ['defaults', 'groups', 'hosts'];

function placeOf(context: Context, node: unknown): string {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const offset = Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
  return `${context.file}:${context.lines.linePos(offset).line}`;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function toPlain(node: unknown): unknown {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.toJSON() : undefined;
}

/** `docker: {restart: …}` is written as people say it, and is one key to everything behind this file. */
function flatten(pair: Pair, path: string, context: Context): readonly (readonly [string, RawValue])[] {
  const key = keyOf(pair);
  const whole: RawValue = {
    value: toPlain(pair.value),
    place: placeOf(context, pair.key),
    path: `${path}/${key}`,
  };
  if (key !== 'docker' || !isMap(pair.value)) return [[key, whole]];
  return pair.value.items.map((inner) => {
    const name = keyOf(inner);
    const at = { place: placeOf(context, inner.key), path: `${path}/docker/${name}` };
    return [name === 'restart' ? 'docker_restart' : `docker/${name}`, { value: toPlain(inner.value), ...at }];
  });
}

function valuesIn(map: YAMLMap, path: string, context: Context, without: readonly string[] = []): RawValues {
  const pairs = map.items.filter((pair) => !without.includes(keyOf(pair)));
  return new Map(
    pairs.flatMap((pair) => flatten(pair, path, context)).filter(([, { value }]) => value !== null),
  );
}

function wrongShape(context: Context, node: unknown, path: string, right: string): undefined {
  context.problems.push({
    place: placeOf(context, node),
    message: `${path}: that is not ${right}`,
    cure: `write ${right}`,
  });
}

function mapAt(context: Context, node: unknown, path: string, right: string): YAMLMap | undefined {
  return isMap(node) ? node : wrongShape(context, node, path, right);
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** `hosts:` is a list of names, or a map of name -> keys. */
function readHosts(context: Context, node: unknown): readonly RawHost[] {
  if (isSeq(node)) {
    return node.items.map((item) => ({
      name: isScalar(item) ? String(item.value) : JSON.stringify(toPlain(item)),
      place: placeOf(context, item),
      values: new Map(),
    }));
  }
  const map = mapAt(context, node, 'hosts', 'a list of names, or a map of names with their keys');
  return (map?.items ?? []).map((pair) => {
    const name = keyOf(pair);
    const place = placeOf(context, pair.key);
    if (isEmpty(pair.value)) return { name, place, values: new Map() };
    const keys = mapAt(context, pair.value, `hosts/${name}`, 'a map such as {address: 192.0.2.1}');
    return { name, place, values: keys === undefined ? new Map() : valuesIn(keys, `hosts/${name}`, context) };
  });
}

function readGroup(context: Context, pair: Pair): RawGroup {
  const name = keyOf(pair);
  const place = placeOf(context, pair.key);
  const map = mapAt(context, pair.value, `groups/${name}`, 'a map with hosts: and keys for them');
  if (map === undefined) return { name, place, hosts: [], values: new Map() };
  const members = map.get('hosts', true);
  const hosts = isSeq(members)
    ? members.items.map((item) => ({ name: String(toPlain(item)), place: placeOf(context, item) }))
    : [];
  if (!isSeq(members))
    wrongShape(context, members ?? pair.key, `groups/${name}/hosts`, 'a list of host names');
  return { name, place, hosts, values: valuesIn(map, `groups/${name}`, context, ['hosts']) };
}

function readGroups(context: Context, node: unknown): readonly RawGroup[] {
  if (isEmpty(node)) return [];
  return (mapAt(context, node, 'groups', 'a map of groups')?.items ?? []).map((pair) =>
    readGroup(context, pair),
  );
}

function readDefaults(context: Context, node: unknown): RawValues {
  if (isEmpty(node)) return new Map();
  const map = mapAt(context, node, 'defaults', 'a map of keys for all hosts');
  return map === undefined ? new Map() : valuesIn(map, 'defaults', context);
}

/** A key of a host at the top is a slip worth a better answer than "no such key". */
function checkTop(context: Context, map: YAMLMap): void {
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (SECTIONS.includes(key) || key in meshKeys) continue;
    const known = [...Object.keys(meshKeys), ...SECTIONS];
    const meant = nearest(key, known);
    const cure =
      key in hostKeys
        ? `move it below defaults:, groups: or a host`
        : meant === undefined
          ? `known are ${known.join(', ')}`
          : `did you mean ${meant}?`;
    context.problems.push({
      place: placeOf(context, pair.key),
      message: `${key}: there is no such key here`,
      cure,
    });
  }
}

function meshValues(context: Context, map: YAMLMap): RawValues {
  const known = map.items.filter((pair) => keyOf(pair) in meshKeys && !isEmpty(pair.value));
  return new Map(
    known.map((pair) => {
      const key = keyOf(pair);
      return [key, { value: toPlain(pair.value), place: placeOf(context, pair.key), path: key }];
    }),
  );
}

/**
 * Reads the text of a file. Throws MeshError `inventory-syntax` where it is not YAML, `inventory-invalid` where its
 * shape is another.
 */
export function parseOwnYaml(text: string, file: string): RawInventory {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const context: Context = { file, lines, problems: [] };
  if (document.errors.length > 0) {
    throw inventoryError(
      'inventory-syntax',
      document.errors.map((error) => ({
        place: `${file}:${lines.linePos(error.pos[0]).line}`,
        message: error.message.split('\n')[0] ?? error.message,
        cure: 'mend the YAML there',
      })),
    );
  }
  const top: Node | null = document.contents;
  if (!isMap(top)) {
    const message = 'the inventory is not a map of keys';
    const cure = 'write at least "hosts: [h1, h2]"; inventory/example.yaml shows every key';
    throw inventoryError('inventory-invalid', [{ place: `${file}:1`, message, cure }]);
  }
  checkTop(context, top);
  const raw = {
    mesh: meshValues(context, top),
    defaults: readDefaults(context, top.get('defaults', true)),
    groups: readGroups(context, top.get('groups', true)),
    hosts: top.has('hosts') ? readHosts(context, top.get('hosts', true)) : [],
  };
  if (context.problems.length > 0) throw inventoryError('inventory-invalid', context.problems);
  return raw;
}
