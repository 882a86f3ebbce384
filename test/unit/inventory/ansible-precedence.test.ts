/** One value, written at more and more places: the one that Ansible takes must count. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostNamed, readAnsible, refusal } from '../../support/ansible-reading.ts';

const test = suite('Ansible: precedence');

const LINES = {
  all: '[all:vars]\nansible_user=all',
  parent: '[eu:vars]\nansible_user=parent',
  child: '[web:vars]\nansible_user=child',
  host: 'h1 ansible_user=host',
};

const FILES = {
  'group_vars/all.yml': 'ansible_user: file-all',
  'group_vars/eu.yml': 'ansible_user: file-parent',
  'group_vars/web.yml': 'ansible_user: file-child',
  'host_vars/h1.yml': 'ansible_user: file-host',
};

/** Weakest first. The files of any group count more than the inventory's own variables of all groups. */
const ORDER = [
  LINES.all,
  LINES.parent,
  LINES.child,
  'group_vars/all.yml',
  'group_vars/eu.yml',
  'group_vars/web.yml',
  LINES.host,
  'host_vars/h1.yml',
] as const;

const TREE = '[eu:children]\nweb\n[web]\nh1\n';

for (const count of ORDER.keys()) {
  const said = ORDER.slice(0, count + 1);
  const strongest = said.at(-1) ?? '';
  test(`${JSON.stringify(strongest)} counts more than all before it`, () => {
    const lines = said.filter((one) => !one.endsWith('.yml'));
    const hosts = lines.filter((line) => line.startsWith('h1'));
    const groups = lines.filter((line) => line.startsWith('['));
    const files = Object.entries(FILES).filter(([file]) => said.some((one) => one === file));
    const text = [TREE, ...hosts, ...groups].join('\n');
    const { user } = hostNamed(readAnsible(text, 'ansible-ini', Object.fromEntries(files)), 'h1').connection;
    assert.is(
      user,
      /(?:user=)(\w+)$/.exec(strongest)?.[1] ?? files.at(-1)?.[1].replace('ansible_user: ', ''),
    );
  });
}

test('of groups at one depth the later name counts, unless a priority says otherwise', () => {
  const text = '[a]\nh1\n[b]\nh1\n[a:vars]\nansible_user=a\n[b:vars]\nansible_user=b\n';
  assert.is(hostNamed(readAnsible(text), 'h1').connection.user, 'b');
  const weighed = text.replace('[b:vars]', 'ansible_group_priority=10\n[b:vars]');
  assert.is(hostNamed(readAnsible(weighed), 'h1').connection.user, 'a');
});

test('a deeper group counts more, whatever its name and the length of the shorter way', () => {
  const text =
    '[z:children]\na\n[y:children]\nz\n[a]\nh1\n[a:vars]\nansible_user=a\n[z:vars]\nansible_user=z\n[y:vars]\nansible_user=y\n';
  assert.is(hostNamed(readAnsible(text), 'h1').connection.user, 'a');
  assert.equal(hostNamed(readAnsible(text), 'h1').groups, ['y', 'z', 'a']);
});

test('groups that are each other’s children', () => {
  const told = refusal(() => readAnsible('[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[a]\nh1'));
  assert.match(told, /hosts:6: groups\/c\/children: a -> b -> c -> a is a circle; take one of them out/);
});

test('a group that is its own child', () => {
  assert.match(
    refusal(() => readAnsible('[a:children]\na')),
    /a -> a is a circle/,
  );
});

test('files for nobody in the inventory are not even parsed', () => {
  const files = { 'group_vars/gone.yml': '$ANSIBLE_VAULT;1.1;AES256\n66', 'host_vars/gone.yml': ': [' };
  assert.is(readAnsible('h1', 'ansible-ini', files).hosts.length, 1);
});

test('values of the mesh stand in group all, and hosts may not differ', () => {
  const all = '[a]\nh1\nh2\n[all:vars]\nroute_mesh_mesh=site\nroute_mesh_block=/23\n';
  const { mesh, blockLength } = readAnsible(all);
  assert.equal({ mesh, blockLength }, { mesh: 'site', blockLength: 23 });
  const told = refusal(() => readAnsible(`${all}[a]\nh2 route_mesh_mesh=other`));
  assert.match(told, /hosts:8: hosts\/h2\/route_mesh_mesh: counts for the whole mesh, but not all hosts/);
});

test('a prefix in route_mesh_block pins one host’s block', () => {
  const inventory = readAnsible(
    '[a]\nh1 route_mesh_block=10.208.4.0/22\nh2\n[all:vars]\nroute_mesh_block=22',
  );
  assert.is(inventory.blockLength, 22);
  assert.is(hostNamed(inventory, 'h1').block, '10.208.4.0/22');
  assert.is(hostNamed(inventory, 'h2').block, undefined);
});

test.run();
