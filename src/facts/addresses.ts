/** Addresses of both families, by `ip -o addr`; iproute2 and busybox print it alike. */
import { formatPrefix, parseAddress, prefixOf } from '../net/prefix.ts';
import { formatPrefix6, parseAddress6 } from '../net/prefix6.ts';
import { type Fact, unreadable } from './fact.ts';
import type { AddressFact } from './model.ts';

const SECTION = 'addresses';

const command = `
ip -o addr show
`;

/** A point-to-point address is printed without a length, and `peer` with the length that is connected. */
const ADDRESS = /^\d+: (\S+)\s+(inet6?) ([^\s/]+)(?:\/(\d+))?(?: peer ([^\s/]+)(?:\/(\d+))?)? (.*)$/;

function connectedPrefix(family: 4 | 6, address: string, length: number): string | undefined {
  if (family === 4) {
    const number = parseAddress(address);
    return number === undefined || length > 32 ? undefined : formatPrefix(prefixOf(number, length));
  }
  const number = parseAddress6(address);
  return number === undefined || length > 128 ? undefined : formatPrefix6(number, length);
}

function parseAddressLine(line: string): AddressFact {
  const [, name, inet, address, own, peer, connected, rest = ''] = ADDRESS.exec(line) ?? [];
  const family = inet === 'inet6' ? 6 : 4;
  const hostLength = family === 6 ? 128 : 32;
  const length = Number(own ?? hostLength);
  const onLink = peer === undefined ? length : Number(connected ?? hostLength);
  const prefix = address === undefined ? undefined : connectedPrefix(family, peer ?? address, onLink);
  const scope = /(?:^| )scope (\S+)/.exec(rest)?.[1];
  if (name === undefined || address === undefined || prefix === undefined || scope === undefined) {
    throw unreadable(SECTION, line, 'an address of `ip -o addr`');
  }
  const fact = { interface: name, family, address, length, prefix, scope } as const;
  return peer === undefined ? fact : { ...fact, peer };
}

/** Some versions print a line for the link as well, `1: lo: <LOOPBACK,…>` or `    link/…`; that one is no address. */
function parse(lines: readonly string[]): readonly AddressFact[] {
  return lines.filter((line) => !/^\d+: \S+: <|^\s+link\//.test(line)).map(parseAddressLine);
}

export const addressesFact: Fact<readonly AddressFact[]> = { section: SECTION, command, parse };
