/**
 * IPv4 prefixes as plain values. Text at the borders (inventory, facts, host files) is always the canonical
 * `a.b.c.d/len` with host bits zero; inside calculations a prefix is a pair of numbers.
 * ip-cidr does the reading of text; the arithmetic is on unsigned 32-bit numbers.
 */
import IPCIDR from 'ip-cidr';

/** `address`: unsigned 32-bit, host bits zero; `length`: 0 to 32. */
export type Prefix = { readonly address: number; readonly length: number };

/** Dotted quad to unsigned 32-bit number; undefined when it is not exactly four decimal octets. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let address = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (octet > 255) return undefined;
    address = address * 256 + octet;
  }
  return address;
}

/** Unsigned 32-bit number to dotted quad. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Number of addresses in a prefix of this length (0 to 32). */
export function sizeOf(length: number): number {
  return 2 ** (32 - length);
}

/** The prefix of the given length that holds the address; host bits are cleared. */
export function prefixOf(address: number, length: number): Prefix {
  const size = sizeOf(length);
  return { address: Math.floor(address / size) * size, length };
}

/**
 * Reads `a.b.c.d/len`; an address without length is a /32. Host bits are cleared, see {@link hasHostBits}.
 * Returns undefined for anything else, IPv6 included.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash < 0) return { address, length: 32 };
  if (!/^\/\d{1,2}$/.test(text.slice(slash)) || !IPCIDR.isValidCIDR(text)) return undefined;
  return prefixOf(address, Number(text.slice(slash + 1)));
}

/** Reads a prefix that was checked where it came in; a TypeError means that it was not, which is a bug of ours. */
export function checkedPrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  const address = parseAddress(text.slice(0, slash));
  const length = Number(text.slice(slash + 1));
  if (slash < 0 || address === undefined || !(length >= 0 && length <= 32)) {
    throw new TypeError(`not a prefix: ${JSON.stringify(text)}`);
  }
  return prefixOf(address, length);
}

/** True when the address part of `a.b.c.d/len` is not the network address, as in 10.0.0.1/8. */
export function hasHostBits(text: string): boolean {
  const prefix = parsePrefix(text);
  return prefix !== undefined && parseAddress(text.split('/')[0] ?? '') !== prefix.address;
}

/** Canonical text `a.b.c.d/len`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

/** True when the two share at least one address; of prefixes, one then contains the other. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.length <= b.length ? contains(a, b) : contains(b, a);
}

/** True when every address of `inner` lies in `outer`. */
export function contains(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && prefixOf(inner.address, outer.length).address === outer.address;
}

/** First address after the prefix; 2 ** 32 after the last one. */
export function endOf(prefix: Prefix): number {
  return prefix.address + sizeOf(prefix.length);
}

/** Order by address, then the shorter prefix first. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  return a.address - b.address || a.length - b.length;
}
