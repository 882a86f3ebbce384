import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, exitCodeOf, gravest } from '../../../src/operations/exit-code.ts';

const test = suite('exit codes');

for (const [code, exit] of [
  ['usage', 64],
  ['host-unreachable', 4],
  ['host-key-changed', 4],
  ['sudo-refused', 4],
  ['connection-lost', 4],
  ['lock-held', 5],
  ['plan-stale', 5],
  ['restart-refused', 5],
  ['no-docker', 1],
  ['disk-full', 1],
  ['docker-start-failed', 1],
  ['internal', 1],
] as const) {
  test(`${code} ends with ${exit}`, () => assert.is(exitCodeOf(code), exit));
}

test('the gravest of several: errors before reverts before refusals before what is out of reach', () => {
  assert.is(gravest([]), EXIT.done);
  assert.is(gravest([EXIT.done, EXIT.pending]), EXIT.pending);
  assert.is(gravest([EXIT.pending, EXIT.unreachable]), EXIT.unreachable);
  assert.is(gravest([EXIT.unreachable, EXIT.refused]), EXIT.refused);
  assert.is(gravest([EXIT.refused, EXIT.reverted]), EXIT.reverted);
  assert.is(gravest([EXIT.reverted, EXIT.error]), EXIT.error);
});

test.run();
