/** Which format an inventory is written in. What is in it decides; of the file's name only the ending counts. */
import { isMap, isSeq } from 'yaml';
import type { AnsibleFormat } from './ansible-inventory.ts';
import { meshKeys } from './schema.ts';
import { entriesOf, parseYamlSource, type YamlEntry, type YamlSource } from './yaml-source.ts';

export type InventoryFormat = 'own-yaml' | AnsibleFormat;

/** A line that only YAML or JSON begins with. INI's `host:2222 key=value` has no space behind its colon. */
const YAML_LINE = /^(?:---|%YAML\b|[{]|-\s|(?:"[^"]*"|'[^']*'|[^\s:="'#[\]{}]+)\s*:(?:\s|$))/;

/** Sections of our own format; with {@link meshKeys} the keys at its top. */
const OWN_SECTIONS = ['defaults', 'groups', 'hosts'];

/** Only Ansible has these at the top. */
const ANSIBLE_KEYS = ['all', 'ungrouped', '_meta', 'plugin'];

const GROUP_KEYS = ['hosts', 'children', 'vars'];

/** True for a script or a compiled program: what a kernel would run, `#!` or binary, whatever its mode bits are. */
export function isProgram(text: string): boolean {
  return text.startsWith('#!') || text.slice(0, 4096).includes('\0');
}

function hasIniForm(text: string): boolean {
  const first = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find((line) => line !== '' && !/^[#;]/.test(line));
  return first !== undefined && !YAML_LINE.test(first);
}

/** A key of the mesh holds a map only where it is the name of a group of Ansible's. */
function isOwn({ key, node }: YamlEntry): boolean {
  return OWN_SECTIONS.includes(key) || (Object.hasOwn(meshKeys, key) && !isMap(node));
}

function groupSections(source: YamlSource, { node }: YamlEntry): readonly YamlEntry[] {
  return isMap(node) ? entriesOf(source, node).filter(({ key }) => GROUP_KEYS.includes(key)) : [];
}

/** An inventory script gives lists of names where Ansible's YAML has maps. */
function isScriptGroup(source: YamlSource, entry: YamlEntry): boolean {
  const lists = groupSections(source, entry).filter(({ node }) => isSeq(node));
  return entry.key === '_meta' || isSeq(entry.node) || lists.length > 0;
}

function detectYaml(text: string, file: string): InventoryFormat {
  const source = parseYamlSource(text, file, 'last');
  const contents = source.document.contents;
  const top = isMap(contents) ? entriesOf(source, contents) : [];
  const isJson = /^\s*\{/.test(text);
  const surelyAnsible = top.some(({ key }) => ANSIBLE_KEYS.includes(key));
  if (!surelyAnsible && top.some(isOwn)) return 'own-yaml';
  if (isJson && top.some((entry) => isScriptGroup(source, entry))) return 'ansible-json';
  const hasGroup = top.some((entry) => groupSections(source, entry).length > 0);
  return surelyAnsible || hasGroup ? 'ansible-yaml' : 'own-yaml';
}

/**
 * The format of an inventory's text.
 * `.ini` and `.cfg` are INI. `.yaml`, `.yml` and `.json` are YAML, of which JSON is a part; any other name is YAML where
 * the first line that is no comment can begin nothing else, and INI otherwise.
 * YAML is Ansible's where `all`, `ungrouped`, `_meta` or `plugin` stands at its top, or no key of ours but a group with
 * `hosts`, `children` or `vars`; in JSON, lists of names tell the output of a script from Ansible's YAML. All else is ours.
 * Throws MeshError `inventory-syntax` where YAML cannot be parsed.
 */
export function detectFormat(text: string, file: string): InventoryFormat {
  if (/\.(ini|cfg)$/i.test(file)) return 'ansible-ini';
  if (!/\.(ya?ml|json)$/i.test(file) && hasIniForm(text)) return 'ansible-ini';
  return detectYaml(text, file);
}
