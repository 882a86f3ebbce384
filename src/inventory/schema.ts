/**
 * Every key of an inventory, once: its kind and what it means. The reader checks with it, the messages quote it, and a
 * test holds inventory/example.yaml to it.
 */
import type { Privilege } from './connection.ts';
import { GivenPassword } from './given-password.ts';
import {
  address,
  hop,
  hostAddress,
  loginName,
  portNumber,
  prefix,
  prefixLength,
  underlay,
} from './network-value.ts';
import { boolean, either, integer, listOf, meshName, oneOf, path, type ValueKind } from './value.ts';

const paths = listOf(path, 'a path or a list of paths');

/** `none` is an empty chain. */
const jump: ValueKind<readonly string[]> = {
  expects: '[user@]host[:port] or a list of them, nearest to you first; none for no jump',
  read: (value) => (value === 'none' ? [] : listOf(hop, '').read(value)),
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sudoPassword(value: unknown): Privilege | undefined {
  if (value === 'ask') return { kind: 'sudo', password: { kind: 'ask' } };
  if (value instanceof GivenPassword) return { kind: 'sudo', password: value.source() };
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined;
  const { env: variable, command } = value;
  if (typeof variable === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    return { kind: 'sudo', password: { kind: 'environment', variable } };
  }
  if (typeof command !== 'string' || command === '') return undefined;
  return { kind: 'sudo', password: { kind: 'command', command } };
}

const privilege: ValueKind<Privilege> = {
  expects: 'true, false, or {password: ask}, {password: {env: NAME}}, {password: {command: "pass show x"}}',
  read: (value) => {
    const plain = boolean.read(value);
    if (plain !== undefined) return plain ? { kind: 'sudo', password: { kind: 'none' } } : { kind: 'none' };
    if (!isRecord(value) || Object.keys(value).join() !== 'password') return undefined;
    return sudoPassword(value['password']);
  },
  secret: true,
};

const pinnedBlock: ValueKind<string> = {
  ...prefix,
  expects: 'the prefix of this one host, such as 10.210.4.0/22',
};

const onlyFalse: ValueKind<false> = {
  expects: 'false',
  read: (value) => (boolean.read(value) === false ? false : undefined),
};

/** Keys of the mesh. Lengths fit a docker0 of at least two hosts. */
export const meshKeys = {
  mesh: meshName,
  pool: prefix,
  block: prefixLength(8, 29),
  docker0: prefixLength(8, 30),
  networks: prefixLength(8, 30),
  mode: oneOf('static'),
  avoid: listOf(prefix, 'a list of IPv4 prefixes such as [10.0.0.0/24]'),
  parallel: integer(1, 1000),
} as const;

/** Keys of a host; also those of `defaults` and of a group. */
export const hostKeys = {
  address: hostAddress,
  port: portNumber,
  user: loginName,
  keys: paths,
  agent: either(boolean, path),
  jump,
  sudo: privilege,
  host_keys: oneOf('strict', 'accept-new'),
  known_hosts: paths,
  ssh_config: either(onlyFalse, path),
  connect_timeout: integer(1, 600),
  underlay,
  block: pinnedBlock,
  via: address,
  docker_restart: oneOf('ask', 'allowed', 'never'),
} as const;

export type MeshKey = keyof typeof meshKeys;
export type HostKey = keyof typeof hostKeys;
