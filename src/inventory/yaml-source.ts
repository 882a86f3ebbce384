/** A YAML text whose values know their lines. Aliases and merge keys (`<<`) are followed. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { inventoryError } from './problem.ts';

export type YamlSource = {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
};

export type YamlEntry = { readonly key: string; readonly place: string; readonly node: unknown };

/** What `!vault` leaves of a value; also how `ansible-inventory --list` writes one. */
const VAULT_KEY = '__ansible_vault';

/** Deeper is a circle of aliases. */
const DEEPEST = 100;

function syntaxCure(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (code === 'MULTIPLE_DOCS') return 'keep one document, without a second "---"';
  if (code === 'BAD_INDENT') return 'indent the keys of one map alike, and close what brackets are open';
  return 'look there and on the line before for a quote or bracket left open, or a ":" without a space behind it';
}

/**
 * Parses one document. `duplicates: 'last'` is Ansible's way: the last of equal keys counts.
 * Throws MeshError `inventory-syntax` with the first error of the text.
 */
export function parseYamlSource(text: string, file: string, duplicates: 'last' | 'refused'): YamlSource {
  const lines = new LineCounter();
  const uniqueKeys = duplicates === 'refused';
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys,
    // At 'silent' a second document would be dropped without an error.
    logLevel: 'error',
  });
  // Those after the first are mostly its echoes.
  const [error] = document.errors;
  if (error !== undefined) {
    const place = `${file}:${lines.linePos(error.pos[0]).line}`;
    // Behind the colon stands the text itself, which may be a password.
    const seen = error.message.replace(/: ".*|\n[\s\S]*/, '');
    const message = error.code === 'MULTIPLE_DOCS' ? 'a second document begins here' : seen;
    throw inventoryError('inventory-syntax', [{ place, message, cure: syntaxCure(error.code) }]);
  }
  return { file, lines, document };
}

/** `file:line` of a node; the first line for what has no place. */
export function placeOf(source: YamlSource, node: unknown): string {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const offset = Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
  return `${source.file}:${source.lines.linePos(offset).line}`;
}

/** A single value as it was written, so that 007 and 1.10 keep their zeros; undefined for lists, maps and nothing. */
export function wordOf(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.source;
}

/** The node itself, or what an alias stands for. */
export function resolveAlias(source: YamlSource, node: unknown): unknown {
  return isAlias(node) ? node.resolve(source.document) : node;
}

/** True for a value that is left out: nothing, `null`, `~`. */
export function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function circle(source: YamlSource, node: unknown): Error {
  const problem = { message: 'an alias leads back to itself', cure: 'write the value out' };
  return inventoryError('inventory-syntax', [{ place: placeOf(source, node), ...problem }]);
}

/** The entries of a map, those that it merges from others first, so that its own come later and count. */
export function entriesOf(source: YamlSource, map: YAMLMap, depth = 0): readonly YamlEntry[] {
  if (depth > DEEPEST) throw circle(source, map);
  const own = map.items.map((pair) => ({
    key: wordOf(pair.key) ?? String(pair.key),
    place: placeOf(source, pair.key),
    node: resolveAlias(source, pair.value),
  }));
  const merged = own
    .filter(({ key }) => key === '<<')
    .flatMap(({ node }) =>
      isSeq(node) ? node.items.map((item) => resolveAlias(source, item)).reverse() : [node],
    )
    .flatMap((node) => (isMap(node) ? entriesOf(source, node, depth + 1) : []));
  return [...merged, ...own.filter(({ key }) => key !== '<<')];
}

function isEncrypted(node: unknown): boolean {
  let found = false;
  const look = (_key: unknown, one: { readonly tag?: string }): void => {
    found ||= one.tag === '!vault' || one.tag === '!vault-encrypted';
  };
  if (isScalar(node) || isMap(node) || isSeq(node)) visit(node, { Scalar: look });
  return found;
}

/** The node as plain data. Ansible's encrypted values become what {@link isVaulted} knows. */
export function plainOf(source: YamlSource, node: unknown): unknown {
  const value = resolveAlias(source, node);
  if (isEncrypted(value)) return { [VAULT_KEY]: true };
  if (!isScalar(value) && !isMap(value) && !isSeq(value)) return null;
  try {
    return value.toJS(source.document);
  } catch {
    // The library refuses aliases in a circle, and more of them than anybody writes.
    throw circle(source, value);
  }
}

/** True for a value that only Ansible's vault can open. */
export function isVaulted(value: unknown): boolean {
  return typeof value === 'object' && value !== null && VAULT_KEY in value;
}
