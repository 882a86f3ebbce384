import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { parseOwnYaml } from '../../../src/inventory/own-yaml.ts';
import { renderInventory, renderKnownHosts } from '../../../src/lab/lab-inventory.ts';
import { planHost } from '../../../src/lab/network.ts';
import type { LabState } from '../../../src/lab/state.ts';

const t = suite('lab inventory');

const hosts = [planHost(1, 1, '28', '28.5.2'), planHost(2, 2, '28', '28.5.2')];
const state: LabState = { format: 1, name: 'demo', segments: 2, diskSize: 64, hosts };

t('hosts with the way to reach them; behind a router, the router', () => {
  assert.is(
    renderInventory(state, '/var/lib/labs/demo'),
    `# Hosts of the lab demo, as the operator's namespace reaches them. Written by route-mesh lab.
mesh: demo
defaults:
  user: root
  keys: "/var/lib/labs/demo/id"
  known_hosts: "/var/lib/labs/demo/known_hosts"
  agent: false
  ssh_config: false
hosts:
  h1:
    address: 10.99.0.1
    via: 10.99.0.253
  h2:
    address: 10.99.1.2
    via: 10.99.1.254
`,
  );
});

t('the reader of inventories understands it', () => {
  const raw = parseOwnYaml(renderInventory(state, '/var/lib/labs/demo lab'), 'route-mesh.yaml');
  const inventory = assembleInventory(raw, { source: 'route-mesh.yaml', allocationFile: undefined });
  assert.equal(
    inventory.hosts.map(({ name, via }) => [name, via]),
    [
      ['h1', '10.99.0.253'],
      ['h2', '10.99.1.254'],
    ],
  );
  const connection = inventory.hosts[0]?.connection;
  assert.is(connection?.user, 'root');
  assert.equal(connection?.keys, ['/var/lib/labs/demo lab/id']);
  assert.is(connection?.sshConfig, false);
});

t('one segment needs no router', () => {
  assert.not.match(renderInventory({ ...state, segments: 1 }, '/tmp/lab'), /via/);
});

t('known_hosts has each machine under its address and its name', () => {
  const keys = new Map([
    ['h1', 'ssh-ed25519 AAAA1 h1\n'],
    ['h2', 'ssh-ed25519 AAAA2 h2\n'],
  ]);
  assert.is(
    renderKnownHosts(state, keys),
    '10.99.0.1,h1 ssh-ed25519 AAAA1\n10.99.1.2,h2 ssh-ed25519 AAAA2\n',
  );
});

t.run();
