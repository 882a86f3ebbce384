import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import type { Facts } from '../../../src/facts/model.ts';
import { buildDocker, buildFootprint, buildInterfaces, buildRoute } from '../../support/facts-builder.ts';
import {
  appliedToAll,
  buildFreshHost,
  buildFreshMesh,
  buildInventory,
  buildInventoryHost,
  buildSyncedMesh,
  planOf,
  readyPlan,
} from '../../support/mesh-builder.ts';

const test = suite('planning a mesh');

function refusalOf(plan: () => unknown): MeshError {
  try {
    plan();
  } catch (thrown) {
    if (thrown instanceof MeshError) return thrown;
    throw thrown;
  }
  throw new Error('it was planned');
}

const withoutDocker = (number: number): Facts => buildFreshHost(number, { docker: undefined });

test('every host gets a block, docker0 in it, and a route to each other host', () => {
  const { desired } = readyPlan(planOf(buildFreshMesh(3)), 'h2');
  assert.is(desired.block, '10.208.4.0/22');
  assert.is(desired.docker0, '10.208.4.1/24');
  const routes = desired.routes.map(({ peer, destination, via }) => [peer, destination, via]);
  assert.equal(routes, [
    ['h1', '10.208.0.0/22', '192.0.2.1'],
    ['h3', '10.208.8.0/22', '192.0.2.3'],
    ['self', '10.208.4.0/22', undefined],
  ]);
});

test('a refused host that was never in the mesh gets no block, and nobody a route to it', () => {
  const plan = planOf(new Map([...buildFreshMesh(2), ['h3', withoutDocker(3)]]));
  assert.equal(Object.keys(plan.blocks), ['h1', 'h2']);
  assert.equal(
    readyPlan(plan, 'h1').desired.routes.map(({ peer }) => peer),
    ['h2', 'self'],
  );
});

test('a refused host that is in the mesh keeps its block and the others’ routes', () => {
  const facts = buildSyncedMesh(3);
  const h3 = facts.get('h3');
  assert.ok(h3);
  const plan = planOf(new Map([...facts, ['h3', { ...h3, docker: undefined }]]));
  assert.is(plan.blocks['h3'], '10.208.8.0/22');
  assert.equal(readyPlan(plan, 'h1').changes, []);
  assert.is(plan.hosts[2]?.kind, 'refused');
});

test('an unreachable host that nobody knows gets no block yet', () => {
  const inventory = buildInventory(['h1', 'h2', 'h3']);
  const plan = planOf(buildFreshMesh(2), { inventory });
  assert.equal(Object.keys(plan.blocks), ['h1', 'h2']);
  const [, , h3] = plan.hosts;
  assert.is(h3?.kind === 'unreachable' && h3.problem.code, 'facts-unreadable');
});

test('an unreachable host of the allocation file keeps its block', () => {
  const inventory = buildInventory(['h1', 'h2', 'h3']);
  const kept = { pool: '10.208.0.0/16', blocks: new Map([['h3', '10.208.0.0/22']]) };
  const plan = planOf(buildFreshMesh(2), { inventory, kept });
  assert.equal(plan.blocks, { h1: '10.208.4.0/22', h2: '10.208.8.0/22', h3: '10.208.0.0/22' });
});

test('the allocation file is lost: the hosts know their blocks, and the routes those of a host that is down', () => {
  const facts = new Map([...buildSyncedMesh(3)].filter(([host]) => host !== 'h2'));
  const plan = planOf(facts, { inventory: buildInventory(['h1', 'h2', 'h3']) });
  assert.is(plan.blocks['h2'], '10.208.4.0/22');
  assert.equal(readyPlan(plan, 'h3').changes, []);
});

test('both are lost, file and a host’s memory: the routes of the others give the block back', () => {
  const facts = new Map([...buildSyncedMesh(3), ['h2', buildFreshHost(2)]]);
  assert.is(planOf(facts).blocks['h2'], '10.208.4.0/22');
});

test('a pool over a LAN of a host is refused as a whole, with the host and the network', () => {
  const facts = new Map([
    ['h1', buildFreshHost(1)],
    ['h2', buildFreshHost(2, buildInterfaces({ eth0: '192.0.2.2/24', lan0: '10.208.7.1/24' }))],
  ]);
  const inventory = buildInventory(['h1', 'h2'], { pool: '10.208.0.0/20' });
  const error = refusalOf(() => planOf(facts, { inventory }));
  assert.is(error.code, 'pool-overlap');
  assert.match(error.message, /10\.208\.7\.1\/24 on lan0/);
  assert.ok(error.cure);
});

test('without a pool in the inventory the default steps aside from what the hosts use', () => {
  const facts = new Map([
    ['h1', buildFreshHost(1, buildInterfaces({ eth0: '192.0.2.1/24', lan0: '10.208.7.1/24' }))],
  ]);
  assert.is.not(planOf(facts).pool, '10.208.0.0/16');
});

test('a pinned block is kept, and moves a host that holds another', () => {
  const facts = buildSyncedMesh(2);
  const inventory = buildInventory([], {
    hosts: [buildInventoryHost('h1'), buildInventoryHost('h2', { block: '10.208.64.0/22' })],
  });
  const plan = planOf(facts, { inventory });
  const kinds = readyPlan(plan, 'h2').changes.map(({ kind }) => kind);
  assert.equal(kinds.slice(0, 4), ['block', 'daemon-key', 'daemon-key', 'docker-restart']);
  const routes = readyPlan(plan, 'h1').changes.filter(({ kind }) => kind === 'route');
  assert.equal(
    routes.map((change) => change.kind === 'route' && `${change.action} ${change.route}`),
    ['add 10.208.64.0/22 via 192.0.2.2', 'remove 10.208.4.0/22 via 192.0.2.2'],
  );
});

test('a host with --bip as a flag is refused; one with an ordinary flag is not', () => {
  const flags = (name: string) => [{ name, value: 'x', place: 'docker.service' }];
  const facts = new Map([
    ['h1', buildFreshHost(1, { docker: buildDocker({ flags: flags('bip') }) })],
    ['h2', buildFreshHost(2, { docker: buildDocker({ flags: flags('host') }) })],
  ]);
  assert.equal(
    planOf(facts).hosts.map(({ kind }) => kind),
    ['refused', 'ready'],
  );
});

test('a host of another mesh keeps its hands off ours, and its memory out of our allocation', () => {
  const footprint = buildFootprint({
    mesh: 'other',
    block: '10.208.0.0/22',
    peers: { h1: '10.208.32.0/22' },
  });
  const facts = new Map([...buildFreshMesh(1), ['h2', buildFreshHost(2, { footprint })]]);
  const plan = planOf(facts);
  assert.is(plan.hosts[1]?.kind, 'refused');
  assert.is.not(plan.blocks['h1'], '10.208.32.0/22');
});

test('live-restore is off for the restart alone; the way back says the old address', () => {
  const docker = buildDocker({ liveRestore: true, daemonJson: '{"live-restore": true}' });
  const { daemonJson } = readyPlan(planOf(new Map([['h1', buildFreshHost(1, { docker })]])), 'h1');
  assert.is(JSON.parse(daemonJson?.content ?? '')['live-restore'], true);
  assert.is(JSON.parse(daemonJson?.whileRestarting ?? '')['live-restore'], false);
  assert.equal(JSON.parse(daemonJson?.whileReverting ?? ''), { 'live-restore': false, bip: '172.17.0.1/16' });
});

test('daemon.json has our keys but docker was not restarted since: a restart, and the file as it is', () => {
  const text = readyPlan(planOf(buildFreshMesh(1)), 'h1').daemonJson?.content.trimEnd() ?? '';
  const docker = buildDocker({ daemonJson: text });
  const plan = readyPlan(planOf(new Map([['h1', buildFreshHost(1, { docker })]])), 'h1');
  assert.ok(plan.changes.some(({ kind }) => kind === 'docker-restart'));
  assert.is(plan.daemonJson?.content, text);
});

test('routes of others in the blocks of the mesh never become changes', () => {
  const facts = buildSyncedMesh(2);
  const h1 = facts.get('h1');
  assert.ok(h1);
  const foreign = [
    buildRoute('10.208.4.0/22 via 192.0.2.9 dev eth0 proto static metric 50'),
    buildRoute('10.99.0.0/16 via 192.0.2.9 dev eth0 proto 213 table 77'),
  ];
  const plan = planOf(new Map([...facts, ['h1', { ...h1, routes: [...h1.routes, ...foreign] }]]));
  assert.equal(readyPlan(plan, 'h1').changes, []);
});

test('after a plan was applied there is nothing to do, and another run gives the same bytes', () => {
  const facts = buildFreshMesh(5);
  const plan = planOf(facts);
  assert.is(JSON.stringify(planOf(facts)), JSON.stringify(plan));
  const second = planOf(appliedToAll(plan, facts));
  assert.equal(
    second.hosts.map((host) => host.kind === 'ready' && host.changes.length),
    [0, 0, 0, 0, 0],
  );
});

test.run();
