/** The way to a host: straight, through a ProxyCommand, or over jump hosts, each a full connection of its own. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from '../inventory/connection.ts';
import { MeshError } from '../error/mesh-error.ts';
import { hopFailure, socketFailure, timeoutFailure } from './connect-failure.ts';
import { prepareHostKeyCheck } from './host-key-check.ts';
import { gatherIdentities } from './identity.ts';
import type { JumpPool } from './jump-pool.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { startProxyCommand } from './proxy-command.ts';
import type { SshConfigReader } from './ssh-config-reader.ts';
import { type Connection, shakeHands } from './ssh2-connection.ts';
import { describeTarget, hopOptions, type Operator, resolveTarget, type Target } from './target.ts';

/** What the connections of one run share. */
export type SharedRun = {
  readonly operator: Operator;
  readonly readSshConfig: SshConfigReader;
  readonly knownHosts: KnownHostsFiles;
  readonly jumps: JumpPool;
};

type Way = {
  readonly stream: Duplex;
  readonly complaint: () => string;
  /** Gives back what lies below the stream. */
  readonly release: () => Promise<void>;
};

/** A host, and the hops that led to it so far: for `fallbackKeys`, and to see a chain that bites its tail. */
type Journey = {
  readonly options: ConnectionOptions;
  readonly fallbackKeys: readonly string[];
  readonly behind: readonly string[];
};

/** Resolves the options, makes the way, connects and authenticates. Rejects with MeshError. */
export function openConnection(shared: SharedRun, options: ConnectionOptions): Promise<Connection> {
  return travel(shared, { options, fallbackKeys: options.keys ?? [], behind: [] });
}

async function travel(shared: SharedRun, journey: Journey): Promise<Connection> {
  const { options } = journey;
  const name = options.address ?? options.alias;
  const config = await shared.readSshConfig({
    name,
    user: options.user,
    port: options.port,
    sshConfig: options.sshConfig,
  });
  const resolved = resolveTarget(options, config, shared.operator, journey.fallbackKeys);
  const isHop = journey.behind.length > 0;
  // The inventory says nothing of hops, so their own ConnectTimeout holds.
  const target = isHop ? { ...resolved, timeout: config.connectTimeout ?? resolved.timeout } : resolved;
  const place = describeTarget(target);
  if (journey.behind.includes(place)) throw jumpLoop([...journey.behind, place]);
  return connectTarget(shared, target, { ...journey, behind: [...journey.behind, place] });
}

async function connectTarget(shared: SharedRun, target: Target, journey: Journey): Promise<Connection> {
  const [identities, hostKey] = await Promise.all([
    gatherIdentities(target),
    prepareHostKeyCheck(target, shared.knownHosts),
  ]);
  const start = performance.now();
  const way = await openWay(shared, target, journey);
  try {
    const timeout = Math.max(1, target.timeout * 1000 - (performance.now() - start));
    const { stream, complaint } = way;
    const connection = await shakeHands({ target, stream, hostKey, identities, timeout, complaint });
    void connection.ended.then(way.release);
    const close = async (): Promise<void> => {
      await connection.close();
      await way.release();
    };
    return { ...connection, close };
  } catch (error) {
    await way.release();
    throw error;
  }
}

async function openWay(shared: SharedRun, target: Target, journey: Journey): Promise<Way> {
  if (target.proxyCommand !== undefined) {
    const proxy = startProxyCommand(target.proxyCommand, shared.operator.environment);
    return { ...proxy, release: () => Promise.resolve() };
  }
  if (target.jump.length > 0) return openJump(shared, target, journey);
  const stream = await connectSocket(target);
  return { stream, complaint: () => '', release: () => Promise.resolve() };
}

/** Connects to the last hop of the chain, over the hops before it, and from there to the target. */
async function openJump(shared: SharedRun, target: Target, journey: Journey): Promise<Way> {
  const before = target.jump.slice(0, -1);
  const spec = target.jump.at(-1) ?? '';
  const options = hopOptions(spec, journey.options, before.length > 0 ? before : undefined);
  const { fallbackKeys, behind } = journey;
  const open = (): Promise<Connection> => travel(shared, { options, fallbackKeys, behind });
  const key = JSON.stringify([options, before, fallbackKeys]);
  const lease = await shared.jumps.acquire(key, open).catch((error: unknown) => {
    throw error instanceof MeshError ? hopFailure(error, spec) : error;
  });
  try {
    const stream = await inTime(lease.connection.forward(target), target);
    return { stream, complaint: () => '', release: lease.release };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** The stream, unless the hop takes too long to open it; one that comes late is closed. */
function inTime(opening: Promise<Duplex>, target: Target): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(timeoutFailure(target, 'connecting through the jump host'));
    }, target.timeout * 1000);
    opening
      .finally(() => clearTimeout(timer))
      .then((stream) => {
        if (late) stream.destroy();
        else resolve(stream);
      }, reject);
  });
}

/** A TCP connection without Nagle's algorithm, which would cost each command two round trips (ssh2 leaves it on). */
function connectSocket(target: Target): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.address, port: target.port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(timeoutFailure(target, 'connecting'));
    }, target.timeout * 1000);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(socketFailure(firstOf(error), target));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** A name with several addresses fails with one error for each; the first is the preferred address's. */
function firstOf(error: Error): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first : error;
}

function jumpLoop(chain: readonly string[]): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `The jump hosts lead in a circle: ${chain.join(' <- ')}`,
    cure: 'Exempt the jump host from its own ProxyJump in ssh_config, e.g. `Host * !bastion`.',
    step: 'connect',
  });
}
