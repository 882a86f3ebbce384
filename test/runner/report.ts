import type { FileRun } from './file-run.ts';
import type { ChildMessage } from './messages.ts';

/** The end of a run: the text to print, and the counts that the exit code follows. */
export interface Summary {
  readonly text: string;
  readonly passed: number;
  readonly failed: number;
}

/** One line for a file that passed; for any other also its output and what failed. */
export function renderFileRun(run: FileRun): string {
  const mark = run.failures.length > 0 ? 'FAIL' : run.passed > 0 ? 'ok  ' : 'skip';
  const line = `${mark} ${run.file}  ${run.passed} passed  ${seconds(run.milliseconds)}\n`;
  const skips = run.skips.map((skip) => `     SKIP ${skip}\n`).join('');
  if (run.failures.length === 0) return line + skips;
  return `${line}${withoutOwnFrames(run.output).trimEnd()}\n${renderFailures(run)}${skips}`;
}

/** Drops the stack lines of uvu and of this runner: they are the same in every failure. */
function withoutOwnFrames(output: string): string {
  return output.replaceAll(
    /^ +at .*(?:node_modules\/uvu|test\/runner)\/.*\n| +at new Promise \(<anonymous>\)\n/gm,
    '',
  );
}

/** A line as a test of a slow file ends; nothing for other messages. */
export function renderProgress(message: ChildMessage): string {
  if (message.kind === 'passed') return `       ok   ${message.test}  ${seconds(message.milliseconds)}\n`;
  if (message.kind === 'failed') return `       FAIL ${message.test}\n`;
  return '';
}

/**
 * The end of a run: what was skipped, what failed, and the counts alone on the last line.
 * @param problems faults of the run itself, one failure each
 */
export function renderSummary(runs: readonly FileRun[], problems: readonly string[]): Summary {
  const passed = runs.reduce((sum, run) => sum + run.passed, 0);
  const isEmpty = passed === 0 && problems.length === 0 && runs.every((run) => run.failures.length === 0);
  const allProblems = isEmpty ? ['no test passed'] : problems;
  const failed = allProblems.length + runs.reduce((sum, run) => sum + run.failures.length, 0);
  const skipped = runs.reduce((sum, run) => sum + run.skips.length, 0);
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
  const skips = runs.flatMap((run) => run.skips.map((skip) => `  ${run.file}: ${skip}\n`));
  const text = [
    skips.length > 0 ? `\nSKIPPED\n${skips.join('')}` : '',
    failed > 0 ? `\nFAILED\n${runs.map(renderFailures).join('')}` : '',
    ...allProblems.map((problem) => `  ${problem}\n`),
    '\n',
    counts,
  ].join('');
  return { text, passed, failed };
}

function renderFailures(run: FileRun): string {
  return run.failures.map((failure) => `  ${run.file}: ${failure}\n`).join('');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
