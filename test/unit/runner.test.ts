import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FileRun, runFile } from '../runner/file-run.ts';
import { renderSummary } from '../runner/report.ts';
import { kinds, selectFiles } from '../runner/selection.ts';

interface Expected {
  readonly passed: number;
  /** One pattern for each failure, in order. */
  readonly failures: readonly RegExp[];
  readonly skips?: readonly RegExp[];
}

/** Each fixture in test/fixtures/runner is a file that uvu alone would pass, hang on, or report badly. */
const fixtures: Readonly<Record<string, Expected>> = {
  passes: { passed: 3, failures: [], skips: [/^one › left out$/] },
  'test-fails': { passed: 1, failures: [/^sums › does not hold$/] },
  'forgotten-run': { passed: 1, failures: [/"forgotten" is never run/] },
  'no-suite': { passed: 0, failures: [/no suite/] },
  'empty-suite': { passed: 0, failures: [/"empty" has no tests/] },
  'before-throws': { passed: 0, failures: [/before of lab threw: Error: no namespace/, /1 of .* never ran/] },
  'after-throws': {
    passed: 1,
    failures: [/after of lab threw: Error: the namespace is still there/, /before its suites were done/],
  },
  'after-each-throws': {
    passed: 1,
    failures: [/threw: .* route is still/, /threw: .* route is still/, /1 of .* never ran/],
  },
  'left-only': { passed: 1, failures: [/^only › would fail$/, /"\.only" was left in: only › passes/] },
  'throws-text': { passed: 1, failures: [/^throws › a text$/] },
  'import-throws': { passed: 0, failures: [/exited with code 1 before its suites were done/] },
  'exits-early': { passed: 0, failures: [/exited with code 1 .* in: exit › ends the process$/] },
  'never-settles': { passed: 0, failures: [/never settles.* in: promise › waits for nothing$/] },
  'floating-rejection': { passed: 2, failures: [/exited with code 1 after its tests were done/] },
  'open-handle': { passed: 1, failures: [/keep the process alive: .*TCPSERVERWRAP/i] },
  'leaves-process': { passed: 1, failures: [/a process that it started outlives it/] },
  dies: { passed: 0, failures: [/died of SIGKILL .* in: signal › is killed$/] },
  'exit-code': { passed: 1, failures: [/exited with code 7 after its tests were done/] },
  'skips-file': { passed: 0, failures: [], skips: [/^needs root/] },
  'skips-test': { passed: 1, failures: [], skips: [/^tools › reads a pcap: needs tcpdump$/] },
};

const patient = { limitSeconds: 60, lingerSeconds: 0.5, signal: new AbortController().signal };

/** Two at a time, started before the tests ask for them: a process is most of the time a test takes. */
const queue = new PQueue({ concurrency: 2 });

function runFixture(name: string, options = patient): Promise<FileRun> {
  return queue.add(() => runFile(`test/fixtures/runner/${name}.ts`, options));
}

function assertMatches(actual: readonly string[], expected: readonly RegExp[], what: string): void {
  assert.is(actual.length, expected.length, `${what}: ${actual.join(' | ')}`);
  for (const [index, pattern] of expected.entries()) assert.match(actual[index] ?? '', pattern);
}

const files = suite('runner: files');

for (const [name, expected] of Object.entries(fixtures)) {
  const running = runFixture(name);
  files(`judges ${name}`, async () => {
    const run = await running;
    assertMatches(run.failures, expected.failures, 'failures');
    assertMatches(run.skips, expected.skips ?? [], 'skips');
    assert.is(run.passed, expected.passed);
  });
}

files('ends a file at its time limit and lets it clean up', async () => {
  const run = await runFixture('hangs', { ...patient, limitSeconds: 2 });
  assert.is(run.passed, 0);
  assert.match(run.failures.at(-1) ?? '', /time limit of 2 s/);
  assert.not.ok(existsSync(join(tmpdir(), `route-mesh-runner-${process.pid}-hangs`)));
});

files('ends a file when the run is stopped', async () => {
  const run = await runFixture('hangs', { ...patient, signal: AbortSignal.timeout(1500) });
  assert.match(run.failures.at(-1) ?? '', /not finished: .*timeout/i);
});

files('keeps the output of a failed assertion', async () => {
  assert.match((await runFixture('test-fails')).output, /does not hold[\s\S]*Actual/);
});

files.run();

const selection = suite('runner: selection');
const tree = ['test/unit/net/prefix.test.ts', 'test/unit/ipam/pool.test.ts', 'test/e2e/net.test.ts'];

selection('takes every kind without a filter', () => {
  const { groups, problems } = selectFiles(tree, []);
  assert.equal(
    groups.map((group) => group.kind.name),
    ['unit', 'e2e'],
  );
  assert.equal(problems, []);
});

selection('takes the files of a kind that hold a part', () => {
  const { groups } = selectFiles(tree, ['unit', 'net']);
  assert.equal(
    groups.flatMap((group) => group.files),
    ['test/unit/net/prefix.test.ts'],
  );
});

selection('refuses a filter that matches nothing', () => {
  assert.equal(selectFiles(tree, ['net', 'bgp']).problems, ['no test file matches "bgp"']);
});

selection('refuses a kind without files, and an empty tree', () => {
  assert.is(selectFiles(tree, ['interop']).problems.length, 1);
  assert.is(selectFiles([], []).problems.length, 1);
});

selection('refuses a test file outside the folders of the kinds', () => {
  assert.match(
    selectFiles([...tree, 'test/lost.test.ts'], []).problems[0] ?? '',
    /test\/lost\.test\.ts lies in/,
  );
});

selection('runs what needs the machine alone', () => {
  for (const kind of kinds) assert.is(kind.width === 1, ['interop', 'e2e'].includes(kind.name));
});

selection.run();

const summary = suite('runner: summary');
const run: FileRun = { file: 'a', passed: 2, failures: [], skips: [], milliseconds: 1, output: '' };

summary('ends in the counts alone on a line', () => {
  assert.match(renderSummary([run, run], []).text, /\n4 passed, 0 failed\n$/);
  assert.match(renderSummary([{ ...run, skips: ['x'] }], []).text, /\n2 passed, 0 failed, 1 skipped\n$/);
  assert.match(renderSummary([{ ...run, failures: ['x', 'y'] }], ['z']).text, /\n2 passed, 3 failed\n$/);
});

summary('counts a run in which nothing passed as failed', () => {
  assert.is(renderSummary([], []).failed, 1);
  assert.is(renderSummary([{ ...run, passed: 0, skips: ['x'] }], []).failed, 1);
});

summary.run();
