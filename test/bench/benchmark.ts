import type { Comparison } from './measure.ts';

/** A question with a figure as its answer: how we stand against a rival, both measured in one run. */
export interface Benchmark {
  readonly name: string;
  /** One line: what is compared, and which ratio is wanted. */
  readonly question: string;
  readonly run: () => Promise<readonly Row[]>;
}

/** One line of a benchmark's table. */
export interface Row {
  readonly subject: string;
  readonly rival: string;
  readonly comparison: Comparison;
  /** Peak resident memory in MiB, where each side is a process. */
  readonly memory?: { readonly subject: number; readonly rival: number };
}

/** A table for the terminal: times in milliseconds, the ratio, its quartiles, memory. */
export function renderTable(rows: readonly Row[]): string {
  const head = ['subject', 'ms', 'rival', 'ms', 'ratio', 'quartiles', 'pairs', 'peak MiB'];
  const cells = rows.map(({ subject, rival, comparison, memory }) => [
    subject,
    comparison.subject.toFixed(1),
    rival,
    comparison.rival.toFixed(1),
    comparison.ratio.toFixed(2),
    comparison.quartiles.map((each) => each.toFixed(2)).join('-'),
    String(comparison.pairs),
    memory === undefined ? '' : `${memory.subject.toFixed(0)} / ${memory.rival.toFixed(0)}`,
  ]);
  const lines = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `  ${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
