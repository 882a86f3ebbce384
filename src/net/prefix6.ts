/**
 * IPv6 addresses as unsigned 128-bit numbers, for showing what hosts have; blocks are IPv4 (prefix.ts).
 * Text is RFC 4291 §2.2 on the way in and RFC 5952 on the way out.
 */
import { parseAddress } from './prefix.ts';

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const tail = parts.at(-1) ?? '';
  const embedded = tail.includes('.') ? parseAddress(tail) : undefined;
  const words = embedded === undefined ? parts : parts.slice(0, -1);
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  const groups = words.map((word) => Number.parseInt(word, 16));
  return embedded === undefined ? groups : [...groups, embedded >>> 16, embedded & 0xffff];
}

/** Address without zone or length to unsigned 128-bit number; undefined when it is not one. */
export function parseAddress6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = groupsOf(halves[1] ?? '');
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((address, group) => address * 65536n + BigInt(group), 0n);
}

/** Unsigned 128-bit number to its one canonical text: lower case, the first longest run of zero groups as `::`. */
export function formatAddress6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)].map((match) => match[0]);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

/** Canonical `address/length` of the prefix that holds the address; host bits are cleared, length is 0 to 128. */
export function formatPrefix6(address: bigint, length: number): string {
  const hostBits = BigInt(128 - length);
  return `${formatAddress6((address >> hostBits) << hostBits)}/${length}`;
}
