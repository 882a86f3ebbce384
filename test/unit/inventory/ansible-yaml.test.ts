import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostNamed, readAnsible, refusal } from '../../support/ansible-reading.ts';

const test = suite('Ansible: YAML');

const TEXT = `
all:
  vars: {ansible_user: ops}
  hosts:
    gate:
  children:
    web:
      hosts:
        web[1:2]: {ansible_port: 2222}
    eu: {children: web}
`;

test('groups, children, ranges, a single name for a map', () => {
  const inventory = readAnsible(TEXT, 'ansible-yaml');
  assert.equal(
    inventory.hosts.map(({ name, groups, connection: { port, user } }) => [name, groups, port, user]),
    [
      ['gate', ['ungrouped'], undefined, 'ops'],
      ['web1', ['eu', 'web'], 2222, 'ops'],
      ['web2', ['eu', 'web'], 2222, 'ops'],
    ],
  );
  assert.is(hostNamed(inventory, 'web1').place, 'hosts:9');
});

test('YAML’s own ways: anchors, merge keys, the last of equal keys', () => {
  const text = `
web:
  hosts:
    a: &login {ansible_user: one, ansible_port: 22}
    b: {<<: *login, ansible_port: 23}
    c: {ansible_port: 1, ansible_port: 24}
`;
  const seen = readAnsible(text, 'ansible-yaml').hosts.map(({ connection: { user, port } }) => [user, port]);
  assert.equal(seen, [
    ['one', 22],
    ['one', 23],
    [undefined, 24],
  ]);
});

const WRONG: readonly (readonly [text: string, told: RegExp])[] = [
  [
    'web:\n  host: {a: }',
    /hosts:2: groups\/web\/host: there is no such key in a group; did you mean hosts\?/,
  ],
  ['web:\n  hosts: [a]', /hosts:2: groups\/web\/hosts: that is not a map/],
  ['web: [a]', /hosts:1: groups\/web: that is not a map/],
  ['web:\n  hosts:\n    a[2:1]:', /hosts:3: groups\/web\/hosts: \[2:1\] does not go/],
  [
    'plugin: amazon.aws.aws_ec2',
    /hosts:1: this configures a plugin of Ansible.*ansible-inventory -i hosts --list/,
  ],
  ['a: &a\n  children:\n    b: *a', /an alias leads back to itself|circle/],
];

for (const [text, told] of WRONG) {
  test(`refuses ${JSON.stringify(text)}`, () =>
    assert.match(
      refusal(() => readAnsible(text, 'ansible-yaml')),
      told,
    ));
}

test.run();
