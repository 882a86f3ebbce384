/** Networks in use as the allocation sees them, and how they are told to people. */
import { listSome } from '../error/listing.ts';
import { checkedPrefix, contains, type Prefix } from '../net/prefix.ts';
import type { Occupied } from './model.ts';
import { indexPrefixes, type PrefixIndex } from './prefix-index.ts';

export type OccupiedRange = Occupied & { readonly range: Prefix };

export function indexOccupied(occupied: readonly Occupied[]): PrefixIndex<OccupiedRange> {
  return indexPrefixes(occupied.map((entry) => ({ ...entry, range: checkedPrefix(entry.prefix) })));
}

/**
 * True for a route by way of a router that covers the pool, as a company's summary route 10.0.0.0/8 does. The blocks'
 * routes are more specific, and Docker makes networks below a gateway route (not below one of link scope).
 */
export function isSummary(entry: OccupiedRange, pool: Prefix): boolean {
  return entry.kind === 'routed' && contains(entry.range, pool);
}

/** `docker network app_default of h1, route 10.0.0.0/16 via 10.9.0.1 of h2 and 3 more`. */
export function describeOccupied(entries: readonly Occupied[]): string {
  return listSome(entries.map(describe));
}

function describe(entry: Occupied): string {
  const what = entry.what.includes(entry.prefix) ? entry.what : `${entry.what} (${entry.prefix})`;
  return entry.host === undefined ? what : `${what} of ${entry.host}`;
}
