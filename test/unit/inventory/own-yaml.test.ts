import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import type { Inventory } from '../../../src/inventory/model.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';

const test = suite('own YAML');

function read(text: string): Inventory {
  return assembleInventory(parseOwnYaml(text, 'm.yaml'), { source: 'm.yaml', allocationFile: undefined });
}

function names(text: string): readonly string[] {
  return read(text).hosts.map(({ name }) => name);
}

test('hosts keep the order of the file, as a list or as a map', () => {
  assert.equal(names('hosts: [c, a, b]'), ['c', 'a', 'b']);
  assert.equal(names('hosts:\n  c:\n  a: {}\n  b: {port: 22}\n'), ['c', 'a', 'b']);
});

test('names stay as they are written, also where YAML sees a number', () => {
  assert.equal(names('hosts: [007, 1.10, 0x1f, true]'), ['007', '1.10', '0x1f', 'true']);
  assert.equal(names('hosts:\n  010:\n  1e3:\n'), ['010', '1e3']);
});

test('every host knows its line', () => {
  assert.equal(
    read('mesh: m\nhosts:\n  # first\n  a:\n  b:\n    port: 1\n  c:\n').hosts.map(({ place }) => place),
    ['m.yaml:4', 'm.yaml:5', 'm.yaml:7'],
  );
});

test('defaults < groups in the order of the file < host', () => {
  const { hosts } = read(`
defaults: {user: all, port: 1, connect_timeout: 5}
groups:
  late: {hosts: [b, a], user: late, port: 2}
  early: {hosts: [a], user: early}
hosts:
  a: {connect_timeout: 7}
  b: {port: 3}
  c:
`);
  const seen = hosts.map(({ connection: { user, port, connectTimeout } }) => [user, port, connectTimeout]);
  assert.equal(seen, [
    ['early', 2, 7],
    ['late', 3, 5],
    ['all', 1, 5],
  ]);
  assert.equal(hosts[0]?.groups, ['late', 'early']);
});

test('a key without a value says nothing', () => {
  const [a] = read('pool:\ndefaults: {user: x}\ngroups:\nhosts:\n  a: {user: }\n').hosts;
  assert.is(a?.connection.user, 'x');
});

test('lengths with and without a slash; a small block takes docker0 and networks along', () => {
  const { blockLength, docker0Length, networkLength } = read('block: 25\nhosts: [a]');
  assert.equal([blockLength, docker0Length, networkLength], [25, 25, 27]);
  assert.is(read('block: /20\nhosts: [a]').blockLength, 20);
});

test('one path for a list of paths, and commas in a jump chain', () => {
  const [a] = read('hosts:\n  a: {keys: ~/.ssh/k, known_hosts: [/a, /b], jump: "x, u@y:22"}').hosts;
  assert.equal(a?.connection.keys, ['~/.ssh/k']);
  assert.equal(a?.connection.knownHosts, ['/a', '/b']);
  assert.equal(a?.connection.jump, ['x', 'u@y:22']);
});

test('false for ssh_config and agent; Ansible users’ words for true and false', () => {
  const [a] = read('hosts:\n  a: {ssh_config: false, agent: no, sudo: yes}').hosts;
  assert.is(a?.connection.sshConfig, false);
  assert.is(a?.connection.agent, false);
  assert.equal(a?.connection.privilege, { kind: 'sudo', password: { kind: 'none' } });
});

test('anchors and merge keys', () => {
  const { hosts } = read(`
hosts:
  a: &near {user: deploy, port: 22}
  b:
    <<: *near
    port: 2222
  c: *near
`);
  assert.equal(
    hosts.map(({ connection: { user, port } }) => [user, port]),
    [
      ['deploy', 22],
      ['deploy', 2222],
      ['deploy', 22],
    ],
  );
});

test('JSON is YAML too', () => {
  assert.equal(names('{\n\t"hosts": {\n\t\t"a": {"port": 22},\n\t\t"b": null\n\t}\n}\n'), ['a', 'b']);
});

test('ten thousand hosts in a group take no quadratic time', () => {
  const list = Array.from({ length: 10_000 }, (_, index) => `h${index}`).join(', ');
  const start = performance.now();
  assert.is(read(`groups:\n  g: {hosts: [${list}], port: 22}\nhosts: [${list}]`).hosts.length, 10_000);
  assert.ok(performance.now() - start < 5_000);
});

test.run();
