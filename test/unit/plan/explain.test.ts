import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import type { ContainerFact, Facts } from '../../../src/facts/model.ts';
import { explainPlan, explainStops, summarize } from '../../../src/plan/explain.ts';
import type { Plan } from '../../../src/plan/model.ts';
import { buildDocker, buildFootprint, buildNetwork, buildRoute } from '../../support/facts-builder.ts';
import { assertGolden } from '../../support/golden.ts';
import {
  buildFreshHost,
  buildFreshMesh,
  buildInventory,
  buildSyncedMesh,
  planOf,
} from '../../support/mesh-builder.ts';

const test = suite('explaining a plan');

/** What is wrong with a JSON text is said in the words of Node's version. */
function golden(name: string, plan: Plan): void {
  const lines = explainPlan(plan).map((line) => line.replace(/(is not valid JSON: ).*(; dockerd)/, '$1…$2'));
  assertGolden(`plan/${name}.txt`, `${lines.join('\n')}\n`);
}

function factsOf(facts: ReadonlyMap<string, Facts>, host: string): Facts {
  const found = facts.get(host);
  if (found === undefined) throw new Error(`no ${host}`);
  return found;
}

function changed(
  facts: ReadonlyMap<string, Facts>,
  host: string,
  change: (before: Facts) => Partial<Facts>,
): ReadonlyMap<string, Facts> {
  const before = factsOf(facts, host);
  return new Map([...facts, [host, { ...before, ...change(before) }]]);
}

function container(name: string, overrides: Partial<ContainerFact> = {}): ContainerFact {
  return {
    id: name,
    name,
    pid: 1,
    restartPolicy: 'no',
    networkMode: 'bridge',
    addresses: {},
    autoRemove: false,
    ...overrides,
  };
}

const unreachable = new MeshError({
  code: 'host-unreachable',
  host: 'h2',
  step: 'connect',
  message: 'no answer from 192.0.2.2 port 22 within 10 s',
  cure: 'Check that the host is up',
});

test('three fresh hosts', () => golden('fresh', planOf(buildFreshMesh(3))));

test('in sync', () => golden('in-sync', planOf(buildSyncedMesh(3))));

test('a fourth host', () => {
  golden('fourth-host', planOf(new Map([...buildSyncedMesh(3), ['h4', buildFreshHost(4)]])));
});

test('a host of three taken out of the inventory', () => {
  const facts = new Map([...buildSyncedMesh(3)].filter(([host]) => host !== 'h2'));
  const blocks = { h1: '10.208.0.0/22', h2: '10.208.4.0/22', h3: '10.208.8.0/22' };
  const kept = { pool: '10.208.0.0/16', blocks: new Map(Object.entries(blocks)) };
  golden('removed-host', planOf(facts, { kept }));
});

test('a host down keeps its block and the routes to it', () => {
  const facts = new Map([...buildSyncedMesh(3)].filter(([host]) => host !== 'h2'));
  const inventory = buildInventory(['h1', 'h2', 'h3']);
  golden('host-down', planOf(facts, { inventory, failures: new Map([['h2', unreachable]]) }));
});

test('drift of a route and of rules', () => {
  const facts = changed(buildSyncedMesh(3), 'h2', (before) => ({
    routes: [
      ...before.routes.filter(({ destination }) => !destination.startsWith('10.208.')),
      buildRoute('10.208.0.0/22 via 192.0.2.77 dev eth0 proto 213 metric 4213'),
      buildRoute('10.208.8.0/22 via 192.0.2.3 dev eth0 proto 213 metric 4213'),
      buildRoute('10.208.40.0/22 via 192.0.2.4 dev eth0 proto 213 metric 4213'),
    ],
    footprint: {
      ...(before.footprint ?? buildFootprint()),
      firewall: 'changed',
      firewallDifferences: ['gone: filter DOCKER-USER -A DOCKER-USER -j ROUTE-MESH'],
      watcher: false,
      bootHook: false,
    },
  }));
  golden('drift', planOf(facts));
});

test('refused hosts: no docker, a flag, an invalid daemon.json, another mesh, missing tools', () => {
  const flag = { name: 'bip', value: '192.168.44.1/24', place: '/etc/default/docker' };
  const facts = new Map([
    ['h1', buildFreshHost(1)],
    ['h2', buildFreshHost(2, { docker: undefined })],
    ['h3', buildFreshHost(3, { docker: buildDocker({ flags: [flag] }) })],
    ['h4', buildFreshHost(4, { docker: buildDocker({ daemonJson: '{ "debug": true, }' }) })],
    ['h5', buildFreshHost(5, { footprint: buildFootprint({ mesh: 'other' }) })],
    ['h6', buildFreshHost(6, { tools: {} })],
    ['h7', buildFreshHost(7, { docker: buildDocker({ serverVersion: undefined, error: 'Cannot connect' }) })],
  ]);
  golden('refused', planOf(facts));
});

test('live-restore, an operator’s daemon.json, and containers that stop', () => {
  const docker = buildDocker({
    liveRestore: true,
    daemonJson: '{\n  "live-restore": true,\n  "bip": "172.17.0.1/16"\n}\n',
    containers: [
      container('web', { restartPolicy: 'always' }),
      container('db'),
      container('job', { autoRemove: true }),
    ],
  });
  golden('containers', planOf(new Map([...buildFreshMesh(1), ['h2', buildFreshHost(2, { docker })]])));
});

test('warnings: a network outside the block, networkd, no nft', () => {
  const docker = buildDocker({
    networks: [buildNetwork('bridge', '172.17.0.0/16', 'docker0'), buildNetwork('app', '172.18.0.0/16')],
  });
  const firewall = { iptables: 'legacy' as const, nft: false, firewalld: false, ufw: false };
  const h1 = buildFreshHost(1, { docker, networkdRemovesForeignRoutes: true, firewall });
  golden('warnings', planOf(new Map([['h1', h1]])));
});

test('a pool that a router is said to lead to', () => {
  const facts = changed(buildFreshMesh(2), 'h1', (before) => ({
    routes: [...before.routes, buildRoute('10.0.0.0/8 via 192.0.2.254 dev eth0 proto static')],
  }));
  const inventory = buildInventory(['h1', 'h2'], { pool: '10.210.0.0/16' });
  golden('pool-behind-router', planOf(facts, { inventory }));
});

test('what a restart does to containers, in words', () => {
  const stop = (name: string, lost = false) => ({ name, startedByUs: !lost, lost });
  assert.is(explainStops([]), '');
  assert.is(explainStops([stop('a'), stop('b')]), 'stops and starts again a, b');
  assert.is(explainStops([stop('j', true)]), 'ends for good j (run with --rm)');
  assert.is(
    explainStops([stop('a'), stop('j', true)]),
    'stops and starts again a; ends for good j (run with --rm)',
  );
});

test('the summary counts what it says', () => {
  const facts = new Map([...buildSyncedMesh(2), ['h3', buildFreshHost(3)]]);
  const inventory = buildInventory(['h1', 'h2', 'h3', 'h4']);
  const counts = { hosts: 4, change: 3, restarts: 1, refused: 0, unreachable: 1 };
  assert.equal(summarize(planOf(facts, { inventory })), counts);
});

test.run();
