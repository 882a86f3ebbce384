/**
 * YAML and JSON text to located values. JSON is read as YAML too (YAML 1.2 §1.3: every JSON file is valid YAML), which
 * gives it line numbers. Merge keys (`<<`) are followed, as PyYAML does for Ansible.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { joinPath, type Located, type LocatedEntry, type Origin } from './located.ts';
import { inventoryError } from './problem.ts';

/** Aliases followed in one file; some hundred bytes of aliases to aliases would otherwise grow without end. */
const MOST_ALIASES = 10_000;

type Reading = {
  readonly file: string;
  readonly lines: LineCounter;
  readonly anchored: (alias: Node) => Node | undefined;
  /** Nodes whose contents are being read, to find an alias inside its own anchor. */
  readonly open: Set<Node>;
  aliases: number;
};

/**
 * Reads one document. `file` is only for messages. An empty file gives `none`.
 * @throws MeshError `inventory-syntax` with the first error's line.
 */
export function parseYaml(text: string, file: string): Located {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const place = `${file}:${lines.linePos(error.pos[0]).line}`;
    const message = `The text is not valid YAML: ${firstLine(error.message)}`;
    throw inventoryError([{ place, message, cure: syntaxCure(error.code) }], 'inventory-syntax');
  }
  const anchored = (node: Node) => (isAlias(node) ? node.resolve(document) : node);
  const reading: Reading = { file, lines, anchored, open: new Set(), aliases: 0 };
  return locate(reading, document.contents, { place: `${file}:1`, path: '' });
}

function syntaxCure(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces; YAML takes no tabs there.';
  if (code === 'MULTIPLE_DOCS') return 'Keep one document in the file, without a second "---".';
  if (code === 'BAD_INDENT') return 'Give the keys of one map the same number of leading spaces.';
  return 'Correct the line, or the one before it: a colon needs a blank after it, quotes and brackets a partner.';
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}

function locate(reading: Reading, node: Node | null, at: Origin): Located {
  if (node === null) return { kind: 'none', ...at };
  if (isAlias(node)) return locateAlias(reading, node, at);
  if (reading.open.has(node)) throw syntaxError(at, 'holds an alias to itself', 'Write the value out.');
  if (node.tag === '!vault') return { kind: 'sealed', ...at };
  if (isScalar(node)) return locateScalar(node.value, node.source, at);
  reading.open.add(node);
  const located = isMap(node) ? locateMap(reading, node, at) : locateItems(reading, node, at);
  reading.open.delete(node);
  return located;
}

function locateAlias(reading: Reading, alias: Node, at: Origin): Located {
  reading.aliases += 1;
  if (reading.aliases > MOST_ALIASES) {
    throw syntaxError(at, `is past the ${MOST_ALIASES}th YAML alias`, 'Use "defaults" or groups instead of aliases.');
  }
  return locate(reading, reading.anchored(alias) ?? null, at);
}

function locateScalar(value: unknown, source: string | undefined, at: Origin): Located {
  if (value === null) return { kind: 'none', ...at };
  // The source of a number or boolean is what the operator typed: 007 and 1.10 stay as they are.
  return { kind: 'text', text: typeof value === 'string' ? value : (source ?? String(value)), ...at };
}

function locateItems(reading: Reading, node: Node, at: Origin): Located {
  const items = isSeq<Node>(node) ? node.items : [];
  return {
    kind: 'list',
    ...at,
    items: items.map((item, index) => locate(reading, item, childOrigin(reading, item, at, String(index + 1)))),
  };
}

function locateMap(reading: Reading, node: YAMLMap, at: Origin): Located {
  const written: LocatedEntry[] = [];
  const merged: LocatedEntry[] = [];
  for (const pair of node.items as readonly { key: Node | null; value: Node | null }[]) {
    const key = keyText(reading, pair.key, at);
    const origin = childOrigin(reading, pair.key, at, key);
    const value = locate(reading, pair.value, origin);
    if (key === '<<') merged.push(...mergedEntries(value, at));
    else written.push({ key, origin, value });
  }
  const own = new Set(written.map((entry) => entry.key));
  const inherited = new Map(merged.toReversed().map((entry) => [entry.key, entry]));
  return { kind: 'map', ...at, entries: [...[...inherited.values()].filter(({ key }) => !own.has(key)), ...written] };
}

/** YAML 1.1 merge key: a map, or a list of maps of which the earlier win. */
function mergedEntries(value: Located, at: Origin): readonly LocatedEntry[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((map) => {
    if (map.kind === 'map') return map.entries;
    throw syntaxError(at, 'merges (<<) what is not a map', 'Merge an anchored map, as in "<<: *common".');
  });
}

function keyText(reading: Reading, key: Node | null, at: Origin): string {
  const located = locate(reading, key, at);
  if (located.kind === 'text') return located.text;
  if (located.kind === 'none') return isScalar(key) && key.source ? key.source : 'null';
  throw syntaxError(at, 'has a key that is not a word', 'Write keys as plain words.');
}

function childOrigin(reading: Reading, node: Node | null, parent: Origin, key: string): Origin {
  const place = node?.range ? `${reading.file}:${reading.lines.linePos(node.range[0]).line}` : parent.place;
  return { place, path: joinPath(parent.path, key) };
}

function syntaxError(at: Origin, seen: string, cure: string): Error {
  const message = at.path === '' ? `The file ${seen}` : `${at.path} ${seen}`;
  return inventoryError([{ place: at.place, message, cure }], 'inventory-syntax');
}
