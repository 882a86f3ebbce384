/** `verify` as a list of pairs, or as a matrix. */
import type { MeshError } from '../error/mesh-error.ts';
import type { PairResult } from '../verification/pair.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { errorLines } from './text.ts';

function sourceText(pair: PairResult): string {
  if (pair.source === 'kept') return 'source kept';
  return pair.source === 'unknown' ? 'source not seen' : `source became ${pair.source.rewrittenTo}`;
}

function pairCells(pair: PairResult): readonly string[] {
  const way = `${pair.from} -> ${pair.to}`;
  if (pair.received === 0) return [way, 'no answer', '', '', ''];
  const trip = pair.roundTripMs === undefined ? '-' : `${pair.roundTripMs.toFixed(2)} ms`;
  const mtu = pair.pathMtu === undefined ? 'mtu ?' : `mtu ${pair.pathMtu}`;
  return [way, `${pair.received}/3`, trip, mtu, sourceText(pair)];
}

/** `0.05 ms`; `no answer`; `NAT` where the source was rewritten; `mtu 1400` where the path is smaller than its ends. */
function matrixCell(pair: PairResult | undefined, healthy: boolean): string {
  if (pair === undefined) return '.';
  if (pair.received === 0) return 'no answer';
  if (typeof pair.source !== 'string') return 'NAT';
  if (!healthy && pair.pathMtu !== undefined) return `mtu ${pair.pathMtu}`;
  return pair.roundTripMs === undefined ? 'ok' : `${pair.roundTripMs.toFixed(2)} ms`;
}

/** One row a sender, one column a receiver. */
export function matrixLines(
  pairs: readonly PairResult[],
  isHealthy: (pair: PairResult) => boolean,
): readonly string[] {
  const hosts = [...new Set(pairs.flatMap((pair) => [pair.from, pair.to]))];
  const find = (from: string, to: string): PairResult | undefined =>
    pairs.find((pair) => pair.from === from && pair.to === to);
  const rows = hosts.map((from) => [
    from,
    ...hosts.map((to) => {
      const pair = find(from, to);
      return matrixCell(pair, pair !== undefined && isHealthy(pair));
    }),
  ]);
  return renderTable([['from \\ to', ...hosts], ...rows]);
}

/** Pairs or matrix, the hosts that could not take part, and a last line that says it all. */
export function verificationLines(
  pairs: readonly PairResult[],
  failures: readonly MeshError[],
  isHealthy: (pair: PairResult) => boolean,
  matrix: boolean,
  style: Style,
): readonly string[] {
  const body = matrix ? matrixLines(pairs, isHealthy) : renderTable(pairs.map(pairCells));
  const good = pairs.filter(isHealthy).length;
  const total = `${good} of ${pairs.length} pairs as they shall be`;
  const last = good === pairs.length && failures.length === 0 ? style.good(total) : style.bad(total);
  return [...body, ...failures.flatMap((failure) => errorLines(failure, style)), last];
}
