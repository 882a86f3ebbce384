/** Ansible's order of groups, and who is in them. */
import type { AnsibleGroup, AnsibleTree, Places } from './ansible-tree.ts';
import type { Problem } from './problem.ts';

export type OrderedGroup = {
  readonly name: string;
  readonly place: string;
  /** All its hosts, those of its children too. */
  readonly hosts: ReadonlySet<string>;
};

export type GroupOrder =
  /** Weakest first; the first is `all`. */
  | { readonly kind: 'order'; readonly groups: readonly OrderedGroup[] }
  | { readonly kind: 'circle'; readonly problem: Problem };

/** Every group is below `all`, also where nothing says so. */
function childrenOf(tree: AnsibleTree, name: string): Places {
  const said = tree.groups.get(name)?.children ?? new Map<string, string>();
  if (name !== 'all') return said;
  const others = [...tree.groups.values()].filter((group) => group.name !== 'all');
  return new Map([...others.map((group) => [group.name, group.place] as const), ...said]);
}

/** Depth first; gives each group after its children, or the circle that was met. */
function walk(tree: AnsibleTree): { readonly done: readonly string[] } | Problem {
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): Problem | undefined => {
    if (done.has(name)) return undefined;
    for (const [child, place] of childrenOf(tree, name)) {
      const path = [...above, name];
      if (path.includes(child)) {
        const circle = [...path.slice(path.indexOf(child)), child].join(' -> ');
        const message = `groups/${name}/children: ${circle} is a circle`;
        return { place, message, cure: 'take one of them out of the other’s children' };
      }
      const problem = visit(child, path);
      if (problem !== undefined) return problem;
    }
    done.add(name);
    return undefined;
  };
  return visit('all', []) ?? { done: [...done] };
}

/** Levels below `all`; the longest way counts. */
function depthsOf(tree: AnsibleTree, parentsFirst: readonly string[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const name of parentsFirst) {
    const depth = depths.get(name) ?? 0;
    for (const child of childrenOf(tree, name).keys()) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth + 1));
    }
  }
  return depths;
}

function membersOf(
  tree: AnsibleTree,
  childrenFirst: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, Set<string>>();
  for (const name of childrenFirst) {
    const mine = new Set(tree.groups.get(name)?.hosts.keys());
    for (const child of childrenOf(tree, name).keys()) {
      for (const host of members.get(child) ?? []) mine.add(host);
    }
    members.set(name, mine);
  }
  const groups = [...members].filter(([name]) => name !== 'all' && name !== 'ungrouped');
  const grouped = new Set(groups.flatMap(([, hosts]) => [...hosts]));
  members.set('all', new Set(tree.hosts.keys()));
  members.set('ungrouped', new Set([...tree.hosts.keys()].filter((host) => !grouped.has(host))));
  return members;
}

/** `ansible_group_priority` decides between groups of one depth; it counts only in the inventory itself. */
function priorityOf(group: AnsibleGroup | undefined): number {
  const priority = Number(group?.variables.get('ansible_group_priority')?.value ?? 1);
  return Number.isFinite(priority) ? priority : 1;
}

/**
 * Groups as Ansible merges them: by depth, then priority, then name.
 * https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#how-variables-are-merged
 */
export function orderGroups(tree: AnsibleTree): GroupOrder {
  const walked = walk(tree);
  if (!('done' in walked)) return { kind: 'circle', problem: walked };
  const depths = depthsOf(tree, walked.done.toReversed());
  const members = membersOf(tree, walked.done);
  const groups = [...members].map(([name, hosts]) => ({
    name,
    place: tree.groups.get(name)?.place ?? '',
    hosts,
    depth: name === 'all' ? 0 : (depths.get(name) ?? 1),
    priority: priorityOf(tree.groups.get(name)),
  }));
  // Names by code point, as Python sorts them.
  const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  groups.sort((a, b) => a.depth - b.depth || a.priority - b.priority || byName(a.name, b.name));
  return { kind: 'order', groups: groups.map(({ name, place, hosts }) => ({ name, place, hosts })) };
}
