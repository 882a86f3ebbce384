/**
 * The file beside the inventory that says which host has which block. The hosts say the same of themselves, so the
 * file may be lost; it is there for hosts that are down, and for the operator's version control.
 */
import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument, stringify } from 'yaml';
import { MeshError } from '../error/mesh-error.ts';
import { formatPrefix, parsePrefix } from '../net/prefix.ts';
import type { KeptAllocation } from './model.ts';

export type AllocationFile = KeptAllocation & {
  /** Name of the mesh. */
  readonly mesh: string;
};

const header = `# Which host has which block. route-mesh writes this file after each sync; keep it with the inventory.
# To move a host, pin its \`block:\` in the inventory; a block that is changed here is put back.
`;

/**
 * The file's text.
 * @param hosts names to write, in this order: the inventory's, then those that left it but still run on their blocks.
 *   Blocks of all other names are left out.
 */
export function renderAllocationFile(
  { mesh, pool, blocks }: AllocationFile,
  hosts: readonly string[],
): string {
  const written = hosts.filter((name) => blocks.has(name)).map((name) => [name, blocks.get(name)] as const);
  return header + stringify({ mesh, pool, blocks: new Map(written) }, { lineWidth: 0 });
}

/**
 * @param file its name, for messages
 * @throws MeshError `allocation-file` with `file:line`: not YAML, another shape, or not a canonical prefix
 */
export function parseAllocationFile(text: string, file: string): AllocationFile {
  const lines = new LineCounter();
  // Failsafe: every scalar is text, also a host that is called 10 or true.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const refuse: Refuse = (offset, message) => {
    throw allocationFileError(`${file}:${lines.linePos(offset ?? 0).line}`, message);
  };
  const [error] = document.errors;
  if (error) return refuse(error.pos[0], firstLine(error.message));
  const top = readMap(document.contents, 'the file', refuse);
  for (const [key, node] of top) if (!isKnown(key)) refuse(node?.range[0], `unknown key \`${key}\``);
  return {
    mesh: readText(top.get('mesh'), 'mesh', refuse),
    pool: readPrefix(top.get('pool'), 'pool', refuse),
    blocks: readBlocks(top.get('blocks'), refuse),
  };
}

type Refuse = (offset: number | undefined, message: string) => never;
type Node = ParsedNode | null | undefined;

function isKnown(key: string): boolean {
  return key === 'mesh' || key === 'pool' || key === 'blocks';
}

function readBlocks(node: Node, refuse: Refuse): ReadonlyMap<string, string> {
  const entries = [...readMap(node, '`blocks`', refuse)];
  return new Map(entries.map(([name, block]) => [name, readPrefix(block, `blocks.${name}`, refuse)]));
}

function readMap(node: Node, what: string, refuse: Refuse): ReadonlyMap<string, Node> {
  if (!isMap(node)) return refuse(node?.range[0], `${what} must be a list of \`key: value\` lines`);
  const entries = new Map<string, Node>();
  for (const { key, value } of node.items) entries.set(readText(key, 'a key', refuse), value);
  return entries;
}

function readText(node: Node, what: string, refuse: Refuse): string {
  if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') {
    return refuse(node?.range[0], `${what} is missing or is not text`);
  }
  return node.value;
}

function readPrefix(node: Node, what: string, refuse: Refuse): string {
  const text = readText(node, what, refuse);
  const prefix = parsePrefix(text);
  if (prefix && formatPrefix(prefix) === text) return text;
  return refuse(
    node?.range[0],
    `${what} must be a network address with its length, like 10.208.0.0/22; it is ${JSON.stringify(text)}`,
  );
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function allocationFileError(place: string, message: string): MeshError {
  return new MeshError({
    code: 'allocation-file',
    message: `The allocation file cannot be read: ${message}`,
    cure: "Correct the line, or take the file from version control; if it is deleted, the hosts' own memory is used",
    place,
  });
}
