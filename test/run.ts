/**
 * Runs the tests: `node --import tsx test/run.ts [KIND | PART-OF-A-PATH ...]`. Each file has a process of its own.
 * The last line is `N passed, N failed[, N skipped]`; the exit code is 1 unless everything that was selected passed.
 */

import { type FileRun, runFile } from './runner/file-run.ts';
import { renderFileRun, renderProgress, renderSummary } from './runner/report.ts';
import { type Kind, listTestFiles, type Selected, selectFiles } from './runner/selection.ts';

const wholeRunSeconds = 75 * 60;
const lingerSeconds = 5;

process.exitCode = await main(process.argv.slice(2));

async function main(filters: readonly string[]): Promise<number> {
  const { groups, problems } = selectFiles(listTestFiles('test'), filters);
  const runs: FileRun[] = [];
  if (problems.length === 0) {
    const signal = stopSignal();
    for (const group of groups) runs.push(...(await runGroup(group, signal)));
  }
  const summary = renderSummary(runs, problems);
  process.stdout.write(summary.text);
  return summary.failed === 0 ? 0 : 1;
}

/** Aborts on Ctrl-C, SIGTERM and the time limit of the whole run. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort(`the run was stopped by ${name}`));
  }
  const overtime = setTimeout(
    () => controller.abort(`the run is past its time limit of ${wholeRunSeconds} s`),
    wholeRunSeconds * 1000,
  );
  overtime.unref();
  return controller.signal;
}

async function runGroup({ kind, files }: Selected, signal: AbortSignal): Promise<readonly FileRun[]> {
  const runs: FileRun[] = [];
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const run = await runOne(file, kind, signal);
      process.stdout.write(renderFileRun(run));
      runs.push(run);
    }
  };
  await Promise.all(Array.from({ length: kind.width }, work));
  return runs;
}

function runOne(file: string, kind: Kind, signal: AbortSignal): Promise<FileRun> {
  const options = { limitSeconds: kind.limitSeconds, lingerSeconds, signal };
  if (kind.width > 1) return runFile(file, options);
  // Files that run alone take long: their tests are shown as they end.
  process.stdout.write(`     ${file}\n`);
  return runFile(file, { ...options, onMessage: (message) => process.stdout.write(renderProgress(message)) });
}
