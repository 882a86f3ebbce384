/**
 * Finds every entry that overlaps a prefix without looking at the others. Of two prefixes that overlap one contains
 * the other, so the answer is: entries at the few addresses and lengths that would contain it (a lookup for each
 * length in use), and entries that start inside it (a run in address order).
 */
import { comparePrefixes, endOf, type Prefix, prefixOf } from '../net/prefix.ts';

export type Indexed = { readonly range: Prefix };

export type PrefixIndex<Entry extends Indexed> = {
  /** By address, then the wider first. */
  readonly sorted: readonly Entry[];
  readonly byPrefix: ReadonlyMap<number, readonly Entry[]>;
  /** Lengths in use, ascending. */
  readonly lengths: readonly number[];
};

export function indexPrefixes<Entry extends Indexed>(entries: readonly Entry[]): PrefixIndex<Entry> {
  const sorted = entries.toSorted((a, b) => comparePrefixes(a.range, b.range));
  const byPrefix = new Map<number, Entry[]>();
  for (const entry of sorted) {
    const same = byPrefix.get(keyOf(entry.range));
    if (same) same.push(entry);
    else byPrefix.set(keyOf(entry.range), [entry]);
  }
  const lengths = [...new Set(sorted.map((entry) => entry.range.length))].sort((a, b) => a - b);
  return { sorted, byPrefix, lengths };
}

/** Every entry that shares an address with the prefix: the wider ones first, then by address. */
export function findOverlaps<Entry extends Indexed>(
  index: PrefixIndex<Entry>,
  prefix: Prefix,
): readonly Entry[] {
  const found: Entry[] = [];
  for (const length of index.lengths) {
    if (length >= prefix.length) break;
    found.push(...(index.byPrefix.get(keyOf(prefixOf(prefix.address, length))) ?? []));
  }
  for (let at = firstFrom(index.sorted, prefix.address); at < index.sorted.length; at++) {
    const entry = index.sorted[at];
    if (entry === undefined || entry.range.address >= endOf(prefix)) break;
    if (entry.range.length >= prefix.length) found.push(entry);
  }
  return found;
}

/** A number of its own for each prefix; 38 bits, exact in a double. */
function keyOf(prefix: Prefix): number {
  return prefix.address * 64 + prefix.length;
}

function firstFrom(sorted: readonly Indexed[], address: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.range.address ?? 0) < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
