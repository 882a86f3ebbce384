/** inventory/example.yaml is the documentation: it must hold every key, and mean what its comments say. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import type { InventoryHost } from '../../../src/inventory/model.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';
import { hostKeys, meshKeys } from '../../../src/inventory/schema.ts';

const test = suite('inventory/example.yaml');

const TEXT = readFileSync(new URL('../../../inventory/example.yaml', import.meta.url), 'utf8');
const SOURCE = { source: 'example.yaml', allocationFile: undefined };
const inventory = assembleInventory(parseOwnYaml(TEXT, 'example.yaml'), SOURCE);
const sparse = assembleInventory(parseOwnYaml('hosts: [h1, h2, h3]', 'm.yaml'), SOURCE);

function host(name: string): InventoryHost {
  const found = inventory.hosts.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
}

/** Every key of every map in it. */
function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(keysOf);
  return Array.isArray(value) ? inner : [...Object.keys(value), ...inner];
}

test('holds every key of the schema', () => {
  const written = new Set(keysOf(parse(TEXT)));
  const hostNames = Object.keys(hostKeys).flatMap((key) =>
    key.split(/^(docker)_(?=restart$)/).filter(Boolean),
  );
  const inner = ['password', 'env', 'command'];
  for (const key of [...Object.keys(meshKeys), ...hostNames, ...inner]) {
    assert.ok(written.has(key), `${key} is missing`);
  }
});

test('the mesh has the values that are written', () => {
  const { hosts, ...mesh } = inventory;
  assert.is(hosts.length, 5);
  assert.equal(mesh, {
    mesh: 'frankfurt',
    ...SOURCE,
    mode: 'static',
    pool: '10.210.0.0/16',
    blockLength: 22,
    docker0Length: 24,
    networkLength: 27,
    avoid: ['10.8.0.0/16', '192.168.0.0/16'],
    parallel: 16,
  });
});

test('its own description of the defaults is true', () => {
  const { hosts, ...mesh } = sparse;
  assert.equal(mesh, {
    mesh: 'mesh',
    ...SOURCE,
    mode: 'static',
    pool: undefined,
    blockLength: 22,
    docker0Length: 24,
    networkLength: 27,
    avoid: [],
    parallel: 32,
  });
  assert.equal(hosts[1], {
    name: 'h2',
    groups: [],
    connection: {
      alias: 'h2',
      privilege: { kind: 'none' },
      hostKeys: 'strict',
      connectTimeout: 15,
    },
    dockerRestart: 'ask',
    place: 'm.yaml:1',
  });
});

test('a host without keys has those of defaults', () => {
  assert.equal(host('fra-1').connection, {
    alias: 'fra-1',
    user: 'deploy',
    keys: ['~/.ssh/mesh_ed25519', '~/.ssh/id_ed25519'],
    agent: true,
    privilege: { kind: 'sudo', password: { kind: 'none' } },
    hostKeys: 'strict',
    knownHosts: ['~/.ssh/known_hosts.mesh'],
    sshConfig: '~/.ssh/config.mesh',
    connectTimeout: 10,
  });
  assert.is(host('fra-1').dockerRestart, 'ask');
});

test('address and port of a host whose name is not its address', () => {
  const { alias, address, port } = host('fra-2').connection;
  assert.equal({ alias, address, port }, { alias: 'fra-2', address: '192.0.2.12', port: 2222 });
});

test('the three sources of a password', () => {
  const sources = ['fra-2', 'fra-3', 'ams-1'].map((name) => host(name).connection.privilege);
  assert.equal(sources, [
    { kind: 'sudo', password: { kind: 'ask' } },
    { kind: 'sudo', password: { kind: 'environment', variable: 'MESH_SUDO_PASSWORD' } },
    { kind: 'sudo', password: { kind: 'command', command: 'pass show mesh/ams-1' } },
  ]);
});

test('pins: underlay, block and router', () => {
  assert.is(host('fra-3').underlay, '192.0.2.0/24');
  assert.is(host('ams-1').block, '10.210.128.0/22');
  assert.is(host('ams-1').via, '198.51.100.1');
});

test('a group counts more than defaults, the host more than its group', () => {
  assert.equal(host('ams-1').groups, ['storage']);
  assert.is(host('ams-1').dockerRestart, 'never');
  assert.equal(host('ams-1').connection.jump, ['gate.example.net', 'admin@inner.example.net:2222']);
  assert.equal(host('ams-2').connection.jump, []);
});

test.run();
