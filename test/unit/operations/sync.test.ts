import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { preview, previewExitCode } from '../../../src/operations/check.ts';
import { daemonJsonAfter, destroy } from '../../../src/operations/destroy.ts';
import { status } from '../../../src/operations/status.ts';
import { sync } from '../../../src/operations/sync.ts';
import { buildDocker, buildFootprint } from '../../support/facts-builder.ts';
import { buildInventory, buildInventoryHost } from '../../support/mesh-builder.ts';
import { type ScriptedHost, type ScriptedRun, scriptedRun } from '../../support/scripted-run.ts';

/** A host of a mesh with docker0 in its block and one running container, as recorded: it has drifted. */
const DRIFTED = readFileSync(
  new URL('../../fixtures/facts/whole/debian-12-docker-20.10-drifted.out', import.meta.url),
  'utf8',
);

const YES = { approve: undefined, allowRestart: false };
const DONE = { stdout: '@revision 2\n' };

const down = new MeshError({ code: 'host-unreachable', message: 'no answer', cure: 'Check that it is up' });

function runOf(hosts: Readonly<Record<string, ScriptedHost>>): ScriptedRun {
  const inventory = buildInventory(Object.keys(hosts), { networkLength: 24 });
  return scriptedRun(hosts, { inventory });
}

function kindsOf({ events }: ScriptedRun): readonly string[] {
  return events.map(({ kind }) => kind);
}

function errorsOf({ events }: ScriptedRun): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'host-failed' ? [`${event.host} ${event.error.code}`] : [],
  );
}

const test = suite('sync, check, status, destroy');

test('a host with changes is changed, and its session closed', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED, answer: () => DONE } });
  assert.is(await sync(scripted.run, YES), 0);
  assert.equal(kindsOf(scripted), [
    'host-started',
    'host-gathered',
    'planned',
    ...scripted.events.filter(({ kind }) => kind === 'warning').map(({ kind }) => kind),
    'host-started',
    'host-changed',
  ]);
  assert.is(scripted.scripts.length, 1);
  assert.is(scripted.open.size, 0);
});

test('one host down: the other is changed all the same, 4', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED, answer: () => DONE }, h2: { facts: down } });
  assert.is(await sync(scripted.run, YES), 4);
  assert.equal(errorsOf(scripted), ['h2 host-unreachable']);
  assert.ok(kindsOf(scripted).includes('host-changed'));
});

test('facts that make no sense are that host’s problem alone', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED, answer: () => DONE }, h2: { facts: 'no facts at all' } });
  assert.is(await sync(scripted.run, YES), 1);
  assert.equal(errorsOf(scripted), ['h2 facts-unreadable']);
});

for (const [what, code, exit] of [
  ['reverted', 10, 1],
  ['locked', 75, 5],
  ['stale', 76, 5],
  ['no room', 73, 1],
] as const) {
  test(`a change that ends ${what} ends the run with ${exit}`, async () => {
    const scripted = runOf({ h1: { facts: DRIFTED, answer: () => ({ code, stdout: '@error x\n' }) } });
    assert.is(await sync(scripted.run, YES), exit);
    assert.is(scripted.events.at(-1)?.kind, 'host-failed');
  });
}

test('the connection is lost in the middle: 4, with the host and what was being done', async () => {
  const lost = new MeshError({
    code: 'connection-lost',
    message: 'the connection was lost',
    cure: 'Run again',
  });
  const answer = (): never => {
    throw lost;
  };
  const scripted = runOf({ h1: { facts: DRIFTED, answer } });
  assert.is(await sync(scripted.run, YES), 4);
  const failed = scripted.events.at(-1);
  assert.is(failed?.kind === 'host-failed' && failed.error.host, 'h1');
  assert.is(failed?.kind === 'host-failed' && failed.error.step, 'apply');
});

test('no is an answer: nothing is sent, 2', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED } });
  assert.is(await sync(scripted.run, { ...YES, approve: async () => false }), 2);
  assert.is(scripted.scripts.length, 0);
});

test('a docker restart that stops containers is asked for, allowed, or refused', async () => {
  const hosts = { h1: { facts: DRIFTED, answer: () => DONE } };
  const moved = { block: '10.210.32.0/22' };
  const attempt = async (
    host: Parameters<typeof buildInventoryHost>[1],
    options: typeof YES,
  ): Promise<number> => {
    const inventory = buildInventory([], { hosts: [buildInventoryHost('h1', { ...moved, ...host })] });
    return sync(scriptedRun(hosts, { inventory }).run, options);
  };
  assert.is(await attempt({}, YES), 5);
  assert.is(await attempt({}, { ...YES, allowRestart: true }), 0);
  assert.is(await attempt({ dockerRestart: 'allowed' }, YES), 0);
  assert.is(await attempt({ dockerRestart: 'never' }, { ...YES, allowRestart: true }), 5);
});

test('a plan that was approved is applied as it is, or not at all', async () => {
  const { fingerprint } = await preview(runOf({ h1: { facts: DRIFTED } }).run);
  const same = runOf({ h1: { facts: DRIFTED, answer: () => DONE } });
  assert.is(await sync(same.run, { ...YES, expected: fingerprint }), 0);
  const moved = runOf({ h1: { facts: DRIFTED.replaceAll('via 10.98.0.3', 'via 10.98.0.4') } });
  const thrown: unknown = await sync(moved.run, { ...YES, expected: fingerprint }).catch(
    (error: unknown) => error,
  );
  assert.is(thrown instanceof MeshError && thrown.code, 'plan-stale');
  assert.is(moved.open.size, 0);
});

test('hosts that are not selected are read and not touched', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED, answer: () => DONE }, h2: { facts: down } });
  const run = { ...scripted.run, selected: new Set(['h2']) };
  assert.is(await sync(run, YES), 4);
  assert.is(scripted.scripts.length, 0);
});

test('check: 2 for drift, and what is wrong with a host is graver', async () => {
  const { plan } = await preview(runOf({ h1: { facts: DRIFTED }, h2: { facts: down } }).run);
  assert.is(previewExitCode(plan, new Set(['h1'])), 2);
  assert.is(previewExitCode(plan, new Set(['h1', 'h2'])), 4);
});

test('status: one row a host, also for what is out of reach', async () => {
  const { hosts } = await status(runOf({ h1: { facts: DRIFTED }, h2: { facts: down } }).run);
  const [h1, h2] = hosts;
  assert.equal(
    [h1?.state, h1?.block, h1?.firewall, h1?.watcher, h1?.containers],
    ['drift', '10.210.4.0/22', 'changed', false, 1],
  );
  assert.equal([h2?.state, h2?.routes, h2?.problems.length], ['unreachable', undefined, 1]);
});

test('destroy: a host without a trace of us is left alone; 4 with one out of reach', async () => {
  const scripted = runOf({ h1: { facts: DRIFTED, answer: () => ({}) }, h2: { facts: down } });
  assert.is(await destroy(scripted.run, YES), 4);
  assert.ok(kindsOf(scripted).includes('host-cleaned'));
  assert.match(scripted.scripts[0] ?? '', ' deactivate ');
});

const OURS = { bip: '10.208.0.1/24', 'default-address-pools': [] };

function afterDestroy(
  now: object | string,
  original: string | undefined,
): ReturnType<typeof daemonJsonAfter> {
  const text = typeof now === 'string' ? now : JSON.stringify(now);
  const docker = buildDocker({ daemonJson: text });
  const footprint = buildFootprint({ daemonJsonHash: 'x', originalDaemonJson: original });
  return daemonJsonAfter({ docker, footprint });
}

test('destroy puts the original daemon.json back byte by byte where the operator changed nothing', () => {
  assert.is(afterDestroy({ debug: true, ...OURS }, '{ "debug":true }').daemonJson?.content, undefined);
  assert.is(afterDestroy(OURS, undefined).daemonJson?.content, undefined);
  assert.is(afterDestroy(OURS, undefined).removeDaemonJson, false);
});

test('destroy keeps what the operator put into daemon.json since, also when a later sync wrote it', () => {
  const { daemonJson } = afterDestroy({ debug: true, ...OURS, 'log-driver': 'local' }, '{"debug":true}');
  assert.equal(JSON.parse(daemonJson?.content ?? ''), { debug: true, 'log-driver': 'local' });
});

test('destroy without a file of before and with operator’s keys leaves those', () => {
  const { daemonJson, removeDaemonJson } = afterDestroy({ ...OURS, debug: true }, undefined);
  assert.equal(JSON.parse(daemonJson?.content ?? ''), { debug: true });
  assert.is(removeDaemonJson, false);
});

test('destroy leaves an empty object where the operator took own keys out of the file', () => {
  const { daemonJson, removeDaemonJson } = afterDestroy(OURS, '{"debug":true}');
  assert.is(daemonJson?.content, '{}\n');
  assert.is(removeDaemonJson, false);
});

test.run();
