import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts, FootprintFacts } from '../../../src/facts/model.ts';
import { containerStops, docker0Address } from '../../../src/plan/diff.ts';
import type { Change } from '../../../src/plan/model.ts';
import {
  buildDocker,
  buildFacts,
  buildFootprint,
  buildInterfaces,
  buildRoute,
} from '../../support/facts-builder.ts';
import { buildSyncedMesh, planOf, readyPlan } from '../../support/mesh-builder.ts';

const test = suite('difference of a host');

/** Changes of h1, one of two hosts in sync, after something about it changed. */
function changesAfter(change: (before: Facts) => Partial<Facts>): readonly Change[] {
  const facts = buildSyncedMesh(2);
  const before = facts.get('h1') ?? buildFacts();
  return readyPlan(planOf(new Map([...facts, ['h1', { ...before, ...change(before) }]])), 'h1').changes;
}

function footprintWith(overrides: Partial<FootprintFacts>): (before: Facts) => Partial<Facts> {
  return ({ footprint }) => ({ footprint: { ...(footprint ?? buildFootprint()), ...overrides } });
}

/** The route to h2, said otherwise. */
function withRoute(text: string): (before: Facts) => Partial<Facts> {
  return ({ routes }) => ({
    routes: [...routes.filter(({ destination }) => destination !== '10.208.4.0/22'), buildRoute(text)],
  });
}

test('nothing changed', () =>
  assert.equal(
    changesAfter(() => ({})),
    [],
  ));

for (const [what, text] of [
  ['another next hop', '10.208.4.0/22 via 192.0.2.9 dev eth0 proto 213 metric 4213'],
  ['another metric', '10.208.4.0/22 via 192.0.2.2 dev eth0 proto 213 metric 7'],
  ['another type', 'unreachable 10.208.4.0/22 proto 213 metric 4213'],
  ['onlink', '10.208.4.0/22 via 192.0.2.2 dev eth0 proto 213 metric 4213 onlink'],
] as const) {
  test(`a route with ${what} is replaced, and said how it was`, () => {
    const [change, ...rest] = changesAfter(withRoute(text));
    assert.equal(rest, []);
    assert.is(change?.kind === 'route' && change.action, 'replace');
    assert.ok(change?.kind === 'route' && change.from?.includes('10.208.4.0/22'));
  });
}

test('another interface alone is no difference: interfaces are renamed', () => {
  assert.equal(changesAfter(withRoute('10.208.4.0/22 via 192.0.2.2 dev lan0 proto 213 metric 4213')), []);
});

test('a route of ours that leads nowhere any more goes, with the name of the host it led to', () => {
  const stale = buildRoute('10.208.40.0/22 via 192.0.2.9 dev eth0 proto 213 metric 4213');
  const changes = changesAfter(({ routes, footprint }) => ({
    routes: [...routes, stale],
    footprint: { ...(footprint ?? buildFootprint()), peers: { h9: '10.208.40.0/22' } },
  }));
  const route = '10.208.40.0/22 via 192.0.2.9';
  assert.equal(changes, [{ kind: 'route', action: 'remove', peer: 'h9', route }]);
});

test('a file changed or removed by hand is written anew, one too many is removed', () => {
  const changes = changesAfter(({ footprint }) => {
    const files: Record<string, string> = { ...footprint?.files, 'mesh.conf': 'edited', notes: 'x' };
    delete files['route-mesh.service'];
    return { footprint: { ...(footprint ?? buildFootprint()), files } };
  });
  assert.equal(changes, [
    { kind: 'file', action: 'write', name: 'route-mesh.service' },
    { kind: 'file', action: 'write', name: 'mesh.conf' },
    { kind: 'file', action: 'remove', name: 'notes' },
  ]);
});

test('a rule file changed by hand is a reload', () => {
  const changes = changesAfter(({ footprint }) => ({
    footprint: {
      ...(footprint ?? buildFootprint()),
      files: { ...footprint?.files, 'filter.iptables': 'edited' },
    },
  }));
  assert.equal(
    changes.map(({ kind }) => kind),
    ['firewall', 'file'],
  );
});

test('rules that differ in the kernel are restored, with what the host said', () => {
  const firewallDifferences = ['gone: x'];
  assert.equal(changesAfter(footprintWith({ firewall: 'changed', firewallDifferences })), [
    { kind: 'firewall', action: 'restore', differences: ['gone: x'] },
  ]);
});

test('watcher and boot hook', () => {
  assert.equal(changesAfter(footprintWith({ watcher: false, bootHook: false })), [
    { kind: 'boot-hook' },
    { kind: 'watcher' },
  ]);
});

test('docker0 elsewhere is a docker restart, with all keys in place', () => {
  const [change] = changesAfter(() => buildInterfaces({ eth0: '192.0.2.1/24', docker0: '172.17.0.1/16' }));
  assert.is(change?.kind, 'docker-restart');
});

test('docker0 without an address, and none at all', () => {
  assert.is(docker0Address(buildFacts()), undefined);
  const facts = buildFacts(buildInterfaces({ docker0: ['10.208.0.1/24', '10.208.9.1/24'] }));
  assert.is(docker0Address(facts), '10.208.0.1/24');
});

test('what a restart does to each kind of container', () => {
  const common = { id: 'x', pid: 1, networkMode: 'bridge', addresses: {} };
  const containers = [
    { ...common, name: 'always', restartPolicy: 'always', autoRemove: false },
    { ...common, name: 'plain', restartPolicy: 'no', autoRemove: false },
    { ...common, name: 'job', restartPolicy: 'no', autoRemove: true },
  ];
  assert.equal(containerStops(buildFacts({ docker: buildDocker({ containers }) })), [
    { name: 'always', startedByUs: false, lost: false },
    { name: 'plain', startedByUs: true, lost: false },
    { name: 'job', startedByUs: false, lost: true },
  ]);
});

test.run();
