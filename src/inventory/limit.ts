/**
 * Host patterns, as Ansible's users know them: names, groups and globs, joined by `:` or `,`; `!` takes away, `&` keeps
 * only what is in both. https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html
 */
import { MeshError } from '../error/mesh-error.ts';
import type { Inventory } from './model.ts';
import { nearest } from './problem.ts';

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

function matchTerm(inventory: Inventory, term: string): ReadonlySet<string> {
  if (term === 'all') return new Set(inventory.hosts.map(({ name }) => name));
  const pattern = globPattern(term);
  const matches = ({ name, groups }: Inventory['hosts'][number]): boolean =>
    pattern.test(name) || groups.some((group) => pattern.test(group));
  return new Set(inventory.hosts.filter(matches).map(({ name }) => name));
}

function noMatch(inventory: Inventory, name: string, sign: string): MeshError {
  const names = inventory.hosts.map(({ name }) => name);
  const groups = [...new Set(inventory.hosts.flatMap((host) => host.groups))];
  const meant = nearest(name, [...names, ...groups]);
  const known = names.length > 10 ? `${names.slice(0, 10).join(', ')}, …` : names.join(', ');
  return new MeshError({
    code: 'limit-matches-nothing',
    message: `${JSON.stringify(sign + name)} matches no host and no group of ${inventory.source}`,
    cure:
      meant === undefined ? `The hosts are ${known}` : `Did you mean ${sign}${meant}? The hosts are ${known}`,
  });
}

/** Every term means some hosts; together they mean none. */
function nothingLeft(inventory: Inventory, pattern: string): MeshError {
  return new MeshError({
    code: 'limit-matches-nothing',
    message: `${JSON.stringify(pattern)} leaves none of the hosts of ${inventory.source}`,
    cure: 'Take away less with "!", or give "&" a group that shares hosts with the others',
  });
}

/**
 * Names of the hosts that the pattern means, in inventory order.
 * Throws MeshError `limit-matches-nothing` when a term matches nothing, or nothing is left.
 */
export function limitHosts(inventory: Inventory, pattern: string): readonly string[] {
  const terms = pattern.split(/[:,]/).flatMap((term) => (term.trim() === '' ? [] : [term.trim()]));
  const matched = terms.map((term) => {
    const [, sign = '', name = ''] = /^([!&]?)(.*)$/s.exec(term) ?? [];
    const set = matchTerm(inventory, name);
    if (set.size === 0) throw noMatch(inventory, name, sign);
    return { sign, set };
  });
  const plain = matched.filter(({ sign }) => sign === '');
  const wanted = (name: string): boolean =>
    (plain.length === 0 || plain.some(({ set }) => set.has(name))) &&
    matched.every(({ sign, set }) => sign === '' || set.has(name) === (sign === '&'));
  const names = inventory.hosts.map(({ name }) => name).filter(wanted);
  if (terms.length === 0) throw noMatch(inventory, pattern, '');
  if (names.length === 0) throw nothingLeft(inventory, pattern);
  return names;
}
