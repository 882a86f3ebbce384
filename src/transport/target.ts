/** One SSH connection to make: the inventory's options over the operator's ssh_config over OpenSSH's defaults. Pure. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ConnectionOptions } from '../inventory/connection.ts';
import { knownHostName } from './known-hosts.ts';
import { namesIdentities, type SshConfig } from './ssh-config.ts';

/** Who runs route-mesh, and where. */
export type Operator = {
  readonly user: string;
  /** Home directory as the password database has it: OpenSSH does not look at $HOME. */
  readonly home: string;
  readonly hostName: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type Target = {
  /** Name asked for, before ssh_config's HostName. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Absolute paths, in the order they are offered. */
  readonly identityFiles: readonly string[];
  /** Whether a missing file of these is worth a word: the operator named it. */
  readonly identitiesNamed: boolean;
  /** The agent's keys are offered only where they match an identity file. */
  readonly identitiesOnly: boolean;
  readonly certificateFiles: readonly string[];
  readonly agentSocket: string | undefined;
  readonly proxyCommand: string | undefined;
  /** Hops before this connection, from the operator on; empty when `proxyCommand` is set. */
  readonly jump: readonly string[];
  readonly hostKeys: 'strict' | 'accept-new';
  /** Name in known_hosts, lower case. */
  readonly hostKeyName: string;
  /** The same without a port, where the port is not 22 and no HostKeyAlias is set. */
  readonly bareHostKeyName: string | undefined;
  /** First one is written to. */
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  /** Seconds for connecting and authenticating. */
  readonly timeout: number;
};

/** Merges the three sources. `fallbackKeys` are offered when neither options nor ssh_config name a key (for hops). */
export function resolveTarget(
  options: ConnectionOptions,
  config: SshConfig,
  operator: Operator,
  fallbackKeys: readonly string[] = [],
): Target {
  const name = options.address ?? options.alias;
  const address = config.hostName ?? name;
  const port = options.port ?? config.port ?? 22;
  const user = options.user ?? config.user ?? operator.user;
  const expand = (text: string): string => expandPath(text, { name, address, port, user }, operator);
  return {
    name,
    address,
    port,
    user,
    hostKeys: options.hostKeys,
    ...identitySettings(options, config, operator, fallbackKeys, expand),
    ...routeSettings(options, config, { name, address, port, user }, operator),
    ...hostKeySettings(options, config, address, port, expand),
    timeout: options.connectTimeout,
  };
}

type Endpoint = Pick<Target, 'name' | 'address' | 'port' | 'user'>;

function identitySettings(
  options: ConnectionOptions,
  config: SshConfig,
  operator: Operator,
  fallbackKeys: readonly string[],
  expand: (text: string) => string,
): Pick<Target, 'identityFiles' | 'identitiesNamed' | 'identitiesOnly' | 'certificateFiles' | 'agentSocket'> {
  const named = namesIdentities(config);
  const spare = named ? [] : fallbackKeys;
  const files = options.keys ?? [...spare, ...config.identityFiles];
  return {
    identityFiles: [...new Set(files.map(expand))],
    identitiesNamed: options.keys !== undefined || named,
    // sshd counts every key offered (MaxAuthTries 6): who names a key in the inventory means that one.
    identitiesOnly: config.identitiesOnly || (options.keys !== undefined && options.agent !== true),
    certificateFiles: config.certificateFiles.map(expand),
    agentSocket: agentSocket(options.agent, config, operator, expand),
  };
}

function agentSocket(
  agent: ConnectionOptions['agent'],
  config: SshConfig,
  operator: Operator,
  expand: (text: string) => string,
): string | undefined {
  if (agent === false || (agent === undefined && config.agentDisabled)) return undefined;
  if (typeof agent === 'string') return expand(agent);
  const configured = agent === true ? undefined : config.identityAgent;
  if (configured === undefined || configured === 'SSH_AUTH_SOCK')
    return operator.environment['SSH_AUTH_SOCK'];
  return configured.startsWith('$') && !configured.startsWith('${')
    ? operator.environment[configured.slice(1)]
    : expand(configured);
}

function routeSettings(
  options: ConnectionOptions,
  config: SshConfig,
  endpoint: Endpoint,
  operator: Operator,
): Pick<Target, 'jump' | 'proxyCommand'> {
  if (options.jump !== undefined) return { jump: options.jump, proxyCommand: undefined };
  if (config.proxyJump.length > 0) return { jump: config.proxyJump, proxyCommand: undefined };
  const command = config.proxyCommand;
  return { jump: [], proxyCommand: command && expandTokens(command, endpoint, operator) };
}

function hostKeySettings(
  options: ConnectionOptions,
  config: SshConfig,
  address: string,
  port: number,
  expand: (text: string) => string,
): Pick<
  Target,
  'hostKeyName' | 'bareHostKeyName' | 'userKnownHosts' | 'globalKnownHosts' | 'hashKnownHosts'
> {
  const alias = config.hostKeyAlias?.toLowerCase();
  const host = address.toLowerCase();
  return {
    hostKeyName: alias ?? knownHostName(host, port),
    bareHostKeyName: alias === undefined && port !== 22 ? host : undefined,
    userKnownHosts: (options.knownHosts ?? config.userKnownHosts).map(expand),
    globalKnownHosts: options.knownHosts === undefined ? config.globalKnownHosts.map(expand) : [],
    hashKnownHosts: config.hashKnownHosts,
  };
}

/** Expands `~`, `${VARIABLE}` and `%` tokens in a path. */
function expandPath(text: string, endpoint: Endpoint, operator: Operator): string {
  const home = text === '~' || text.startsWith('~/') ? join(operator.home, text.slice(1)) : text;
  const filled = home.replace(/\$\{(\w+)\}/g, (whole, name: string) => operator.environment[name] ?? whole);
  return expandTokens(filled, endpoint, operator);
}

/** Expands the tokens of ssh_config(5), TOKENS; one that is not known stays as it is. */
export function expandTokens(text: string, endpoint: Endpoint, operator: Operator): string {
  const { name, address, user } = endpoint;
  const port = String(endpoint.port);
  const local = operator.hostName;
  const shortLocal = local.split('.')[0] ?? local;
  const connection = createHash('sha1').update(`${local}${address}${port}${user}`).digest('hex');
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    C: connection,
    d: operator.home,
    h: address,
    k: name,
    l: local,
    L: shortLocal,
    n: name,
    p: port,
    r: user,
    u: operator.user,
  };
  return text.replace(/%(.)/g, (token, letter: string) => values[letter] ?? token);
}

/**
 * The options of a hop. `spec` is `[user@]host[:port]`, `ssh://…` or an ssh_config alias; what it leaves out comes
 * from ssh_config, never from the host behind it, but for how keys are checked and where the agent is.
 * `jump` is the way to the hop itself: undefined leaves that to ssh_config.
 */
export function hopOptions(
  spec: string,
  host: ConnectionOptions,
  jump: readonly string[] | undefined,
): ConnectionOptions {
  const plain = spec.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const [, user, name, port] = /^(?:(.*)@)?(\[.*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(plain) ?? [];
  return {
    alias: (name ?? plain).replace(/^\[(.*)\]$/, '$1'),
    ...(user ? { user } : {}),
    ...(port ? { port: Number(port) } : {}),
    ...(host.agent === undefined ? {} : { agent: host.agent }),
    ...(host.knownHosts === undefined ? {} : { knownHosts: host.knownHosts }),
    ...(host.sshConfig === undefined ? {} : { sshConfig: host.sshConfig }),
    ...(jump === undefined ? {} : { jump }),
    privilege: { kind: 'none' },
    hostKeys: host.hostKeys,
    connectTimeout: host.connectTimeout,
  };
}

/** `user@address:port`, for messages. */
export function describeTarget(target: Pick<Target, 'user' | 'address' | 'port'>): string {
  const address = target.address.includes(':') ? `[${target.address}]` : target.address;
  return `${target.user}@${address}:${target.port}`;
}
