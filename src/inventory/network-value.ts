/** Kinds of values that speak of networks: addresses, prefixes, and where ssh connects to. */
import { isIPv6Address } from '../net/ipv6.ts';
import { formatPrefix, hasHostBits, parseAddress, parsePrefix } from '../net/prefix.ts';
import { HOST_NAME, integer, matching, text, type ValueKind } from './value.ts';

export const portNumber: ValueKind<number> = integer(1, 65_535);

/** A prefix length, `24` or `/24`. */
export function prefixLength(low: number, high: number): ValueKind<number> {
  return {
    expects: `a prefix length from /${low} to /${high}`,
    read: (value) => {
      const length = typeof value === 'string' ? value.replace(/^\//, '') : value;
      return integer(low, high).read(length);
    },
  };
}

export const address: ValueKind<string> = {
  expects: 'an IPv4 address such as 192.0.2.1',
  read: (value) =>
    typeof value === 'string' && parseAddress(value.trim()) !== undefined ? value.trim() : undefined,
};

/** What the value would have to be, where it is a prefix with host bits. */
function adviseNetwork(value: unknown): string | undefined {
  if (typeof value !== 'string' || !hasHostBits(value.trim())) return undefined;
  const found = parsePrefix(value.trim());
  return found === undefined ? undefined : `write the network, ${formatPrefix(found)}`;
}

/** A prefix without host bits; the message names the right one. */
export const prefix: ValueKind<string> = {
  expects: 'an IPv4 prefix such as 10.208.0.0/16',
  read: (value) => {
    if (typeof value !== 'string' || !value.includes('/') || hasHostBits(value.trim())) return undefined;
    const found = parsePrefix(value.trim());
    return found === undefined ? undefined : formatPrefix(found);
  },
  advise: adviseNetwork,
};

const DOTTED = /^[\d.]+$/;

function isHostAddress(host: string): boolean {
  if (DOTTED.test(host)) return parseAddress(host) !== undefined;
  return HOST_NAME.test(host) || isIPv6Address(host);
}

const USER = String.raw`[^\s@:,-][^\s@:,]*`;
const DESTINATION = new RegExp(String.raw`^(?:(${USER})@)?(?:\[([^\]]+)\]|([^\s@:[\]]+))(?::(\d+))?$`);

/** The parts of `[user@]host[:port]`; an IPv6 address stands in brackets. Undefined for anything else. */
export function parseDestination(
  destination: string,
): { readonly user?: string; readonly host: string; readonly port?: number } | undefined {
  const [, user, bracketed, plain, digits] = DESTINATION.exec(destination) ?? [];
  const host = bracketed ?? plain ?? '';
  if (bracketed === undefined ? !isHostAddress(host) : !isIPv6Address(host)) return undefined;
  const port = digits === undefined ? undefined : portNumber.read(digits);
  if (digits !== undefined && port === undefined) return undefined;
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** Where ssh connects to; user and port have keys of their own. */
export const hostAddress: ValueKind<string> = {
  expects: 'a host name or an IP address such as 192.0.2.11',
  read: (value) => {
    const found = text.read(value);
    return found !== undefined && isHostAddress(found) ? found : undefined;
  },
  advise: (value) => {
    const { user, host, port } = parseDestination(String(value)) ?? {};
    if (user === undefined && port === undefined) return undefined;
    const others = [user && `user: ${user}`, port && `port: ${port}`].filter(Boolean);
    return `write address: ${host}, ${others.join(', ')}`;
  },
};

/** A leading `-` would be an option to ssh; a domain's `user@domain` is left whole. */
export const loginName: ValueKind<string> = matching(/^[^\s-]\S*$/, 'a login name without spaces');

/** One hop of a jump chain. */
export const hop: ValueKind<string> = {
  expects: '[user@]host[:port], or a name of your ssh_config',
  read: (value) => {
    const found = text.read(value);
    return found !== undefined && parseDestination(found) !== undefined ? found : undefined;
  },
};

// Linux: IFNAMSIZ is 16 with the closing zero, and dev_valid_name() refuses `/`, `:` and blanks.
const INTERFACE = /^[^\s/:]{1,15}$/;

/** How the others reach the host: its address, a prefix that the address lies in, or an interface. */
export const underlay: ValueKind<string> = {
  expects: 'an IPv4 address, a prefix or an interface, such as 192.0.2.11, 192.0.2.0/24 or eth1',
  read: (value) => {
    const found = text.read(value);
    if (found === undefined) return undefined;
    if (found.includes('/')) return prefix.read(found);
    return DOTTED.test(found) ? address.read(found) : matching(INTERFACE, '').read(found);
  },
  advise: adviseNetwork,
};
