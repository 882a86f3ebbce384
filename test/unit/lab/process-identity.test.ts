import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  identifyProcess,
  isRunning,
  killProcess,
  parseStartTime,
} from '../../../src/lab/process-identity.ts';

const t = suite('process identity');

const fields = '1 2 2 0 -1 4194560 100 0 0 0 5 3 0 0 20 0 1 0 4711 12 13';

t('the start time is found behind a name with blanks and parentheses', () => {
  assert.is(parseStartTime(`77 (a) b (c)) S ${fields}`), 4711);
});

t('a zombie has no identity', () => {
  assert.is(parseStartTime(`77 (sh) Z ${fields}`), undefined);
});

t('a process is killed under its own start time only', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const closed = once(child, 'close');
  const identity = await identifyProcess(child.pid ?? 0);
  assert.ok(identity);
  await killProcess({ ...identity, started: identity.started - 1 });
  assert.ok(await isRunning(identity));
  await killProcess(identity);
  const [, signal] = await closed;
  assert.is(signal, 'SIGKILL');
  assert.not.ok(await isRunning(identity));
});

t.run();
