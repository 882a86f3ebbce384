import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One side of a comparison: a thing to do, again and again. */
export interface Side {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

/** Times of both sides, measured in turns so that what else the machine does hits both. */
export interface Comparison {
  /** Medians in milliseconds. */
  readonly subject: number;
  readonly rival: number;
  /** Subject / rival: the median of the pairs' ratios, and the quartiles around it. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
  readonly pairs: number;
}

/**
 * Runs both sides once to warm up, then in pairs, each first in every second pair.
 * @param now a clock in milliseconds
 */
export async function comparePairs(
  subject: Side,
  rival: Side,
  pairs: number,
  now: () => number = () => performance.now(),
): Promise<Comparison> {
  const time = async (side: Side): Promise<number> => {
    const start = now();
    await side.run();
    return now() - start;
  };
  await subject.run();
  await rival.run();
  const times: { readonly subject: number; readonly rival: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const early = await time(pair % 2 === 0 ? subject : rival);
    const late = await time(pair % 2 === 0 ? rival : subject);
    times.push(pair % 2 === 0 ? { subject: early, rival: late } : { subject: late, rival: early });
  }
  const ratios = times.map((each) => each.subject / each.rival);
  return {
    subject: quantile(
      times.map((each) => each.subject),
      0.5,
    ),
    rival: quantile(
      times.map((each) => each.rival),
      0.5,
    ),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    pairs,
  };
}

/** The value below which a share of the values lies; the nearest one that was measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
}

/** Runs a Node program to its end. Rejects unless it exits with 0. */
export async function runNode(args: readonly string[]): Promise<void> {
  await exitOf(args, ['ignore', 'ignore', 'inherit']);
}

/** Peak resident memory of a Node program in MiB, as the kernel counted it for that process (getrusage(2)). */
export async function peakMemory(args: readonly string[]): Promise<number> {
  const reporter = fileURLToPath(new URL('./report-peak-memory.mjs', import.meta.url));
  const text = await exitOf(['--import', reporter, ...args], ['ignore', 'ignore', 'inherit', 'pipe']);
  return Number(text) / 1024;
}

function exitOf(args: readonly string[], stdio: readonly ('ignore' | 'inherit' | 'pipe')[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: [...stdio] });
    let text = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`node ${args.join(' ')}: ${code}`)),
    );
  });
}
