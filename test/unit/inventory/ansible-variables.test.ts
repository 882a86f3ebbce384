/** What Ansible's variables of a host mean to us. */
import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionOptions } from '../../../src/inventory/connection.ts';
import { GivenPassword } from '../../../src/inventory/given-password.ts';
import { hostNamed, readAnsible, refusal } from '../../support/ansible-reading.ts';

const test = suite('Ansible: variables');

/** The connection of a host with these variables, written as YAML. */
function connectionOf(variables: string): ConnectionOptions {
  return hostNamed(readAnsible(`all: {hosts: {h1: {${variables}}}}`, 'ansible-yaml'), 'h1').connection;
}

function refusalOf(variables: string): string {
  return refusal(() => connectionOf(variables));
}

test('address, port, user, key', () => {
  const { address, port, user, keys } = connectionOf(
    'ansible_host: 192.0.2.1, ansible_port: "2222", ansible_user: ops, ansible_private_key_file: ~/a key',
  );
  assert.equal([address, port, user, keys], ['192.0.2.1', 2222, 'ops', ['~/a key']]);
});

test('the names that are bound to ssh count more', () => {
  const { address, port, user, keys } = connectionOf(
    'ansible_host: a, ansible_ssh_host: b, ansible_port: 1, ansible_ssh_port: 2, ansible_user: c, ansible_ssh_user: d, ansible_private_key_file: e, ansible_ssh_private_key_file: f',
  );
  assert.equal([address, port, user, keys], ['b', 2, 'd', ['f']]);
});

test('our own names count more than Ansible’s, even where those cannot be read', () => {
  const { user, jump } = connectionOf(
    'ansible_user: "{{ who }}", route_mesh_user: ops, ansible_ssh_common_args: "-J a", route_mesh_jump: b',
  );
  assert.equal([user, jump], ['ops', ['b']]);
});

const JUMPS: readonly (readonly [args: string, jump: readonly string[] | undefined])[] = [
  ['-J gate', ['gate']],
  ['-Jgate', ['gate']],
  ['-J ops@gate:2222,inner', ['ops@gate:2222', 'inner']],
  ['-o ProxyJump=gate', ['gate']],
  ['-oProxyJump=gate', ['gate']],
  ["-o 'ProxyJump gate'", ['gate']],
  ['-o proxyjump=gate -o ProxyJump=other', ['gate']],
  ['-o ControlMaster=auto -J gate -o ControlPersist=60s', ['gate']],
  ['-o ProxyJump=none', []],
  ['-o ProxyCommand=none', undefined],
  ['-o ServerAliveInterval=5', undefined],
];

for (const [args, jump] of JUMPS) {
  test(`ssh arguments ${args}`, () => {
    assert.equal(connectionOf(`ansible_ssh_common_args: ${JSON.stringify(args)}`).jump, jump);
  });
}

test('the first of the three kinds of arguments counts', () => {
  const { jump } = connectionOf('ansible_ssh_extra_args: -J c, ansible_ssh_common_args: -J b');
  assert.equal(jump, ['b']);
});

const REFUSED: readonly (readonly [variables: string, told: RegExp])[] = [
  [
    'ansible_ssh_common_args: "-o ProxyCommand=\\"ssh -W %h:%p gate\\""',
    /hosts:1: hosts\/h1\/ansible_ssh_common_args: a ProxyCommand is not taken from there; write ProxyJump there/,
  ],
  ['ansible_ssh_common_args: "-J \'a"', /ansible_ssh_common_args: a quote is left open; close it/],
  [
    'ansible_host: "{{ ip }}"',
    /ansible_host: the value is a template, .*write the value itself, here or as route_mesh_address/,
  ],
  [
    'ansible_become: true, ansible_become_password: "{{ pw }}"',
    /ansible_become_password: the value is a template/,
  ],
  [
    'ansible_user: !vault "$ANSIBLE_VAULT;1.1;AES256 66"',
    /ansible_user: the value is encrypted; .*--ask-vault-pass/,
  ],
  ['ansible_port: {"__ansible_vault": "$ANSIBLE_VAULT"}', /ansible_port: the value is encrypted/],
  ['ansible_connection: "{{ how }}"', /ansible_connection: the value is a template/],
  [
    'ansible_become: true, ansible_become_method: su',
    /ansible_become_method: route-mesh becomes root by sudo only/,
  ],
  ['ansible_become: true, ansible_become_password: [hunter2]', /a password is a text; put it into quotes/],
  ['route_mesh_prot: 22', /route_mesh_prot: there is no such key; did you mean route_mesh_port\?/],
  ['ansible_connection: local', /hosts:1: .*ansible_connection: local is no SSH.*no host remains/],
];

for (const [variables, told] of REFUSED) {
  test(`refuses ${variables}`, () => assert.match(refusalOf(variables), told));
}

test('templates and secrets in variables that are not ours are nobody’s business', () => {
  const inventory = connectionOf('dns: "{{ x }}", api_key: !vault "abc", ansible_python_interpreter: auto');
  assert.is(inventory.alias, 'h1');
});

test('become without a password, and not', () => {
  assert.equal(connectionOf('ansible_become: yes').privilege, { kind: 'sudo', password: { kind: 'none' } });
  assert.equal(connectionOf('ansible_become: "False"').privilege, { kind: 'none' });
  assert.equal(connectionOf('ansible_user: root').privilege, { kind: 'none' });
});

const PASSWORDS = ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'];

for (const name of PASSWORDS) {
  test(`${name} reaches sudo, and nothing that prints the inventory`, () => {
    const text = `all: {hosts: {h1: {ansible_become: true, ansible_become_method: ansible.builtin.sudo, ${name}: "hunter2"}}}`;
    const inventory = readAnsible(text, 'ansible-yaml');
    const { privilege } = hostNamed(inventory, 'h1').connection;
    assert.is(privilege.kind, 'sudo');
    if (privilege.kind !== 'sudo' || privilege.password.kind !== 'given') throw new Error('no password');
    assert.is(privilege.password.reveal(), 'hunter2');
    assert.not.match(JSON.stringify(inventory), 'hunter2');
    assert.not.match(inspect(inventory, { depth: 20, showHidden: true }), 'hunter2');
  });
}

test('no message shows the password, whatever else is wrong with the host', () => {
  const secret = 'ansible_become_password: hunter2';
  const others = ['ansible_become: maybe', 'ansible_become: true, ansible_port: x', 'route_mesh_sudo: maybe'];
  for (const other of others) assert.not.match(refusalOf(`${secret}, ${other}`), 'hunter2');
});

test('a password on its way prints as hidden', () => {
  const password = new GivenPassword('hunter2');
  assert.is(JSON.stringify({ password }), '{"password":"(hidden)"}');
  assert.is(`${String(password)} ${inspect(password, { showHidden: true })}`.includes('hunter2'), false);
});

test('hosts that are not reached by SSH are left out, of their groups too', () => {
  const inventory = readAnsible(
    'localhost ansible_connection=local\n[web]\nh1 ansible_connection=ansible.builtin.ssh\nbox ansible_connection=docker ansible_port=x\n[win]\nw1\n[win:vars]\nansible_connection=winrm',
  );
  assert.equal(
    inventory.hosts.map(({ name, groups }) => [name, groups]),
    [['h1', ['web']]],
  );
});

test('a group’s wrong value is told once, not for each of its hosts', () => {
  const told = refusal(() => readAnsible('[web]\nh[1:3]\n[web:vars]\nansible_port=x'));
  assert.is(told, 'hosts:4: groups/web/ansible_port: cannot be "x"; write a whole number from 1 to 65535');
});

test('a file of variables that is encrypted as a whole, or no map', () => {
  const vault = { 'group_vars/all.yml': '$ANSIBLE_VAULT;1.1;AES256\n6638' };
  assert.match(
    refusal(() => readAnsible('h1', 'ansible-ini', vault)),
    /group_vars\/all\.yml:1: groups\/all: the file is encrypted; .*--ask-vault-pass/,
  );
  const list = { 'host_vars/h1.yml': '- a' };
  assert.match(
    refusal(() => readAnsible('h1', 'ansible-ini', list)),
    /host_vars\/h1\.yml:1: hosts\/h1: the file is not a map of variables/,
  );
});

test.run();
