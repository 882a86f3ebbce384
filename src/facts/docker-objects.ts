/** Lists of Docker's objects: one JSON object a line, made by a Go template from `docker inspect`. */
import { unreadable } from './fact.ts';

export type DockerObject = Readonly<Record<string, unknown>>;

/**
 * sh text that lists objects by `list` and prints `listed COUNT`, then a line for each by `inspect` with the template.
 * Template and commands must not contain a single quote.
 */
export function renderListing(list: string, inspect: string, template: string): string {
  return `
have docker || return 0
names=$(${list}) || return 0
# shellcheck disable=SC2086 # one word a name
set -- $names
echo "listed $#"
[ $# = 0 ] || ${inspect} --format '${template}' "$@"
`;
}

/**
 * The listing read back. An object may go between listing and inspection; that all of them went cannot be, and is a
 * failed inspection. Undefined: Docker did not list. Throws MeshError `facts-unreadable`.
 */
export function parseListing(section: string, lines: readonly string[]): readonly DockerObject[] | undefined {
  const [first, ...rest] = lines;
  if (first === undefined) return undefined;
  const count = /^listed (\d+)$/.exec(first)?.[1];
  if (count === undefined || (Number(count) > 0 && rest.length === 0)) {
    throw unreadable(section, first, 'a list that docker inspect then showed');
  }
  return rest.map((line) => parseObject(section, line));
}

function isObject(value: unknown): value is DockerObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(section: string, line: string): DockerObject {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Falls through to the one error below.
  }
  throw unreadable(section, line, 'a JSON object of docker inspect');
}

/** A field that has to be text. Throws MeshError `facts-unreadable`. */
export function textField(section: string, object: DockerObject, key: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  throw unreadable(section, JSON.stringify(object), `an object with the text ${key}`);
}

/** Values of a field that is an object, or of one that is an array; none where it is null or absent. */
export function fieldEntries(object: DockerObject, key: string): readonly (readonly [string, unknown])[] {
  const value = object[key];
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
