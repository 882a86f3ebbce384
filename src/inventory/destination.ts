/** `[user@]host[:port]`, as ssh's -J and route-mesh's host lists write it. */
import { isIPv6 } from 'node:net';

export type Destination = { readonly user?: string; readonly host: string; readonly port?: number };

const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A DNS name, an ssh_config alias, an IPv4 or a bare IPv6 address. */
export function isHostAddress(text: string): boolean {
  return HOST_NAME.test(text) || isIPv6(text);
}

/** The name of a host in an inventory: it becomes part of file names and of what a terminal shows. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** A login name that ssh passes on; a leading `-` would read as an option. */
export function isUserName(text: string): boolean {
  return /^[^\s\-:,][^\s:,]*$/.test(text);
}

/** Decimal, 1 to 65535, without leading zeros. */
export function parsePort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** An IPv6 address with a port needs brackets. Undefined when the text is not of this form. */
export function parseDestination(text: string): Destination | undefined {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  if (user !== undefined && !isUserName(user)) return undefined;
  const rest = parseHostAndPort(text.slice(at + 1));
  return rest && (user === undefined ? rest : { user, ...rest });
}

function parseHostAndPort(text: string): Destination | undefined {
  if (isIPv6(text)) return { host: text };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.+))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  if (match?.[1] === undefined ? !isHostName(host) : !isIPv6(host)) return undefined;
  if (match?.[3] === undefined) return { host };
  const port = parsePort(match[3]);
  return port === undefined ? undefined : { host, port };
}
