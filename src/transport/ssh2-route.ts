/** The way to a host: straight, through a ProxyCommand, or over jump hosts, each a full connection of its own. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { MeshError } from '../error/mesh-error.ts';
import type { ConnectionOptions } from '../inventory/connection.ts';
import { hopFailure, socketFailure, timeoutFailure } from './connect-failure.ts';
import { prepareHostKeyCheck } from './host-key-check.ts';
import { gatherIdentities } from './identity.ts';
import { resolveJumpChain } from './jump-chain.ts';
import type { JumpPool } from './jump-pool.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { startProxyCommand } from './proxy-command.ts';
import type { SshConfigReader } from './ssh-config-reader.ts';
import { type Connection, shakeHands } from './ssh2-connection.ts';
import type { Operator, Target } from './target.ts';

/** What the connections of one run share. */
export type SharedRun = {
  readonly operator: Operator;
  readonly readSshConfig: SshConfigReader;
  readonly knownHosts: KnownHostsFiles;
  readonly jumps: JumpPool;
};

/** A stream to the host's sshd. */
type Way = {
  readonly stream: Duplex;
  /** Last words of a ProxyCommand. */
  readonly complaint: () => string;
  /** Gives back what lies below the stream. */
  readonly release: () => Promise<void>;
};

/** Resolves the options, makes the way, connects and authenticates. Rejects with MeshError. */
export async function openConnection(shared: SharedRun, options: ConnectionOptions): Promise<Connection> {
  const chain = await resolveJumpChain(options, shared.readSshConfig, shared.operator);
  return connectAlong(shared, chain.hops, chain.host);
}

async function connectAlong(shared: SharedRun, hops: readonly Target[], target: Target): Promise<Connection> {
  const [identities, hostKey] = await Promise.all([
    gatherIdentities(target),
    prepareHostKeyCheck(target, shared.knownHosts),
  ]);
  const start = performance.now();
  const way = await openWay(shared, hops, target);
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

async function openWay(shared: SharedRun, hops: readonly Target[], target: Target): Promise<Way> {
  const hop = hops.at(-1);
  if (hop !== undefined) return openJump(shared, hops.slice(0, -1), hop, target);
  if (target.proxyCommand !== undefined) {
    const proxy = startProxyCommand(target.proxyCommand, shared.operator.environment);
    return { ...proxy, release: () => Promise.resolve() };
  }
  const stream = await connectSocket(target);
  return { stream, complaint: () => '', release: () => Promise.resolve() };
}

/** Connects to the last hop, over the hops before it, and from there to the target. */
async function openJump(
  shared: SharedRun,
  before: readonly Target[],
  hop: Target,
  target: Target,
): Promise<Way> {
  const open = (): Promise<Connection> => connectAlong(shared, before, hop);
  const lease = await shared.jumps.acquire(JSON.stringify([...before, hop]), open).catch((error: unknown) => {
    throw error instanceof MeshError ? hopFailure(error, hop.name) : error;
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
