/**
 * Ranges in host names, `www[01:50]`, `db-[a:f]`, `n[0:90:10]`, several of them in one name.
 * https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#adding-ranges-of-hosts
 */

/** A slip such as [1:99999999] would otherwise fill the memory. */
const MOST_HOSTS = 100_000;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

const RANGE = /\[([^\][]*)\]/;

export type HostNames =
  | { readonly kind: 'names'; readonly names: readonly string[]; readonly port: number | undefined }
  | { readonly kind: 'wrong'; readonly why: string };

type Bounds = { readonly first: number; readonly last: number; readonly step: number };

function wrong(why: string): { readonly kind: 'wrong'; readonly why: string } {
  return { kind: 'wrong', why };
}

function readBounds(begin: string, end: string, step: number): Bounds | undefined {
  const bounds = [begin, end].map((bound) => {
    if (/^\d{1,9}$/.test(bound)) return Number(bound);
    return bound.length === 1 && LETTERS.includes(bound) ? LETTERS.indexOf(bound) : Number.NaN;
  });
  const [first = Number.NaN, last = Number.NaN] = bounds;
  const alike = /^\d/.test(begin) === /^\d/.test(end);
  return alike && first <= last && step >= 1 ? { first, last, step } : undefined;
}

/** What one range stands for, or what is wrong with it. */
function valuesOf(range: string): readonly string[] | string {
  const [begin = '', end = '', step = '1', ...rest] = range.split(':');
  if (end === '' || rest.length > 0 || !/^\d{1,9}$/.test(step)) {
    return `[${range}] is not [first:last] or [first:last:step]`;
  }
  // An empty beginning is 0, as in Ansible.
  const start = begin === '' ? '0' : begin;
  const bounds = readBounds(start, end, Number(step));
  if (bounds === undefined) return `[${range}] does not go from a number or letter up to another`;
  if (/^0\d/.test(start) && start.length !== end.length) {
    return `[${range}] begins with a zero, so that both ends need the same number of digits`;
  }
  const count = Math.floor((bounds.last - bounds.first) / bounds.step) + 1;
  if (count > MOST_HOSTS) return `[${range}] stands for ${count} hosts; ${MOST_HOSTS} are the most`;
  const numbers = Array.from({ length: count }, (_, index) => bounds.first + index * bounds.step);
  if (!/^\d/.test(start)) return numbers.map((number) => LETTERS[number] ?? '');
  const width = start.startsWith('0') ? start.length : 1;
  return numbers.map((number) => String(number).padStart(width, '0'));
}

function expand(pattern: string): HostNames {
  let names: readonly string[] = [''];
  let rest = pattern;
  for (let match = RANGE.exec(rest); match !== null; match = RANGE.exec(rest)) {
    const values = valuesOf(match[1] ?? '');
    if (typeof values === 'string') return wrong(values);
    if (names.length * values.length > MOST_HOSTS) {
      return wrong(`${pattern} stands for ${names.length * values.length} hosts; ${MOST_HOSTS} are the most`);
    }
    const head = rest.slice(0, match.index);
    names = names.flatMap((name) => values.map((value) => name + head + value));
    rest = rest.slice(match.index + match[0].length);
  }
  if (/[\][]/.test(rest)) return wrong(`a bracket of ${pattern} stands alone`);
  return { kind: 'names', names: names.map((name) => name + rest), port: undefined };
}

/** Names of a host line: ranges are expanded in their order, and a port behind the name, `www[1:3]:2222`, is taken off. */
export function parseHostNames(pattern: string): HostNames {
  const withPort = /^((?:[^:\][]|\[[^\][]*\])+):(\d{1,9})$/.exec(pattern);
  const found = expand(withPort?.[1] ?? pattern);
  if (found.kind === 'wrong' || withPort === null) return found;
  return { ...found, port: Number(withPort[2]) };
}
