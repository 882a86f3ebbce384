import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('the program');

type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function routeMesh(...words: readonly string[]): Ended {
  const argv = ['--import', 'tsx', 'src/cli/main.ts', ...words];
  return spawnSync(process.execPath, argv, { encoding: 'utf8' });
}

test('wrong words: 64, said in two lines, without a stack', () => {
  const { status, stdout, stderr } = routeMesh('check', 'h1');
  assert.is(status, 64);
  assert.is(stdout, '');
  assert.is(stderr.trimEnd().split('\n').length, 2);
});

test('as JSON: one event on standard output and nothing else', () => {
  const { status, stdout, stderr } = routeMesh('plan', '--inventory', '/nowhere.yaml', '--json');
  assert.is(status, 1);
  assert.is(stderr, '');
  const event = JSON.parse(stdout);
  assert.equal([event.schema, event.kind, event.exitCode], [1, 'run-failed', 1]);
  assert.is(event.error.code, 'inventory-missing');
});

test('a reader that goes is no error', () => {
  const script = '{ node --import tsx src/cli/main.ts sync --help; echo "status $?" >&2; } | true';
  const { stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  assert.is(stderr, 'status 0\n');
});

test.run();
