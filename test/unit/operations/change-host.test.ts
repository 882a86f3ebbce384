import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MeshError } from '../../../src/error/mesh-error.ts';
import { type ChangeOutcome, changeHost } from '../../../src/operations/change-host.ts';
import type { ChangeRequest } from '../../../src/render/change-script.ts';
import type { ScriptResult } from '../../../src/transport/session.ts';
import { type ScriptedRun, scriptedRun } from '../../support/scripted-run.ts';

const test = suite('changing a host');
const request: ChangeRequest = {
  verb: 'activate',
  baseRevision: 3,
  stagingName: 'staged-0123',
  operator: 'alice@laptop pid 7',
  restart: false,
  docker0: '10.208.0.1/24',
  daemonJsonPath: '/etc/docker/daemon.json',
  daemonJson: undefined,
  removeDaemonJson: false,
  files: {},
};

async function change(
  answer: Partial<ScriptResult>,
): Promise<Pick<ScriptedRun, 'events'> & { readonly outcome: ChangeOutcome }> {
  const { run, events } = scriptedRun({ h1: { facts: '', answer: () => answer } });
  const [host] = run.inventory.hosts;
  assert.ok(host);
  const session = await run.transport.open('h1', host.connection);
  return { outcome: await changeHost(session, request, run), events };
}

async function failureOf(
  answer: Partial<ScriptResult>,
): Promise<{ readonly error: MeshError; readonly reverted: boolean }> {
  const { outcome } = await change(answer);
  if (outcome.kind !== 'failed') throw new Error('it did not fail');
  return outcome;
}

test('steps and warnings become events as they are heard, other lines nothing', async () => {
  const stdout = '@step files begin\nnoise\n@step files done\n@warn container x did not start\n@revision 4\n';
  const { outcome, events } = await change({ stdout });
  assert.equal(outcome, { kind: 'changed', revision: 4 });
  assert.equal(events, [
    { kind: 'step', host: 'h1', step: 'files', state: 'begin' },
    { kind: 'step', host: 'h1', step: 'files', state: 'done' },
    { kind: 'warning', host: 'h1', message: 'container x did not start' },
  ]);
});

for (const [code, expected, step, message] of [
  [73, 'disk-full', 'stage', 'no room; nothing was changed'],
  [75, 'lock-held', 'lock', 'another operator works on this host: no room'],
  [76, 'plan-stale', 'lock', 'the host was changed meanwhile: no room'],
  [11, 'apply-failed', 'stage', 'no room'],
  [137, 'apply-failed', 'stage', 'no room'],
] as const) {
  test(`status ${code} is ${expected}, with what the host said and a cure`, async () => {
    const { error, reverted } = await failureOf({ code, stdout: '@error no room\n' });
    assert.is(error.code, expected);
    assert.is(error.step, step);
    assert.is(error.message, message);
    assert.is(error.host, 'h1');
    assert.ok(error.cure);
    assert.is(reverted, false);
  });
}

test('a revert is told with the step that failed, not with the revert itself', async () => {
  const stdout = `@step docker_restart begin\n@error dockerd does not start: bad\n@step docker_restart failed
@step revert begin\n@step revert done\n`;
  const { error, reverted } = await failureOf({ code: 10, stdout });
  assert.is(reverted, true);
  assert.is(error.code, 'docker-start-failed');
  assert.is(error.step, 'docker_restart');
});

test('a revert of another step is no fault of docker', async () => {
  const { error } = await failureOf({ code: 10, stdout: '@step kernel begin\n@error bad rule\n' });
  assert.is(error.code, 'apply-failed');
  assert.is(error.step, 'kernel');
});

test('without a word of error the last line of standard error is the reason', async () => {
  const { error } = await failureOf({ code: 10, stderr: 'first\ncat: write error: No space left\n' });
  assert.is(error.message, 'cat: write error: No space left');
  const silent = await failureOf({ code: 10 });
  assert.is(silent.error.message, 'no reason given');
});

test.run();
