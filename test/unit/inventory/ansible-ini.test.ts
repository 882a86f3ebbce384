import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostNamed, readAnsible, refusal } from '../../support/ansible-reading.ts';

const test = suite('Ansible: INI');

function names(text: string): string {
  return readAnsible(text)
    .hosts.map(({ name }) => name)
    .join(' ');
}

const RANGES: readonly (readonly [pattern: string, names: string])[] = [
  ['h[1:3]', 'h1 h2 h3'],
  ['h[08:11].example.com', 'h08.example.com h09.example.com h10.example.com h11.example.com'],
  ['h[1:7:3]', 'h1 h4 h7'],
  ['h[:2]', 'h0 h1 h2'],
  ['db-[a:c]', 'db-a db-b db-c'],
  ['r[1:2]-[x:y]', 'r1-x r1-y r2-x r2-y'],
];

for (const [pattern, expected] of RANGES) {
  test(`range ${pattern}`, () => assert.is(names(pattern), expected));
}

const WRONG: readonly (readonly [text: string, told: RegExp])[] = [
  ['h[3:1]', /^hosts:1: \[3:1\] does not go from a number or letter up to another/],
  ['h[01:100]', /hosts:1: \[01:100\] begins with a zero/],
  ['h[1:99999999]', /hosts:1: \[1:99999999\] stands for 99999999 hosts; 100000 are the most/],
  ['h[1:1000]-[1:1000]', /1000000 hosts; 100000 are the most/],
  ['h[1', /hosts:1: a bracket of h\[1 stands alone/],
  ['h1 port 22', /hosts:1: h1: word 2 of the line is no variable/],
  ['h1 motd="x', /hosts:1: a " on this line is left open; close it/],
  [
    '[web]\nh1\n[web:childern]',
    /hosts:3: \[web:childern\]: there is no such section; did you mean children\?/,
  ],
  ['[web hosts]\nh1', /hosts:1: \[web hosts\] is no section/],
  ['[web]\nh1\n[wbe:vars]\na=1', /hosts:4: \[wbe:vars\]: there is no group wbe; did you mean web\?/],
  ['[web]\nh1\n[eu:children]\nwen', /hosts:4: \[eu:children\]: there is no group wen; did you mean web\?/],
  ['[web]\nh1\n[web:vars]\nansible_user', /hosts:4: \[web:vars\]: a line without "="/],
  ['h1 ansible_port=many', /hosts:1: hosts\/h1\/ansible_port: cannot be "many"/],
  ['[web:vars]\n[web]', /hosts: there is none/],
];

for (const [text, told] of WRONG) {
  test(`refuses ${JSON.stringify(text)}`, () =>
    assert.match(
      refusal(() => readAnsible(text)),
      told,
    ));
}

test('every line that cannot be read is told at once', () => {
  const told = refusal(() => readAnsible('h[2:1]\nh3\nh4 x'));
  assert.match(told, /has 2 problems:\n {2}hosts:1: .*\n {2}hosts:3: /);
});

test('comments, ports behind names, quotes', () => {
  const inventory = readAnsible(
    [
      '# one',
      '; two',
      'h1:2222 ansible_user="deploy" # three',
      "h2 ansible_ssh_private_key_file='~/my keys/a,b'",
    ].join('\r\n'),
  );
  assert.is(hostNamed(inventory, 'h1').connection.port, 2222);
  assert.is(hostNamed(inventory, 'h1').connection.user, 'deploy');
  assert.equal(hostNamed(inventory, 'h2').connection.keys, ['~/my keys/a,b']);
  assert.is(hostNamed(inventory, 'h2').place, 'hosts:4');
});

const PASSWORDS_ASTRAY = [
  '[all:vars]\nansible_user=x\n[web]\nansible_become_password=hunter2',
  '[web]\nansible_become_password = hunter2',
  '[web]\nh1 ansible_become_password=my hunter2',
  '[web]\nh1\n[eu:children]\nansible_become_password=hunter2',
  '[web]\nh1\n[eu:children]\nansible_become_password = hunter2',
  '[web]\nh1 ansible_become_password="hunter2',
  '[web]\nh1\n[web:vars]\nansible_become_password hunter2',
];

for (const text of PASSWORDS_ASTRAY) {
  test(`a password at a wrong place is not shown: ${text.split('\n').at(-1)}`, () => {
    assert.not.match(
      refusal(() => readAnsible(text)),
      'hunter2',
    );
  });
}

test('the values of Python’s that change what a word means', () => {
  const inventory = readAnsible(
    [
      '[a]',
      'h1',
      '[all:vars]',
      "route_mesh_avoid=['10.1.0.0/16', '10.2.0.0/16']",
      'route_mesh_parallel=8 # at once',
      "route_mesh_sudo={'password': {'env': 'PW'}}",
      'ansible_user = "ab\\"c"',
    ].join('\n'),
  );
  assert.equal(inventory.avoid, ['10.1.0.0/16', '10.2.0.0/16']);
  assert.is(inventory.parallel, 8);
  const { privilege, user } = hostNamed(inventory, 'h1').connection;
  assert.equal(privilege, { kind: 'sudo', password: { kind: 'environment', variable: 'PW' } });
  assert.is(user, 'ab"c');
});

test.run();
