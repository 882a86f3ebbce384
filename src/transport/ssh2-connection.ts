/** One authenticated SSH connection over a stream that is already there: ssh2's events turned into promises. */
import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, ClientChannel, KexAlgorithm } from 'ssh2';
import { Client } from 'ssh2';
import { MeshError } from '../error/mesh-error.ts';
import {
  type AuthenticationHistory,
  authenticationFailure,
  forwardFailure,
  handshakeFailure,
  timeoutFailure,
} from './connect-failure.ts';
import type { HostKeyCheck } from './host-key-check.ts';
import type { Identities } from './identity.ts';
import { describeTarget, type Target } from './target.ts';

export type Connection = {
  readonly target: Target;
  /** Opens a channel that runs a command. */
  readonly exec: (command: string) => Promise<ClientChannel>;
  /** Opens a TCP connection from the host to another target, as a stream. */
  readonly forward: (onward: Target) => Promise<Duplex>;
  /** Resolves when the connection is over, with what ended it. */
  readonly ended: Promise<string>;
  readonly close: () => Promise<void>;
};

/**
 * ssh2's own list without diffie-hellman-group-exchange: for that, Node proves the group's prime on the event loop,
 * which stands still for 3 s a host (mscdex/ssh2#1386).
 */
const KEX: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];

const KEEPALIVE_MS = 10_000;
const KEEPALIVE_MISSES = 3;
/** A peer that is gone does not answer a FIN. */
const CLOSE_GRACE_MS = 500;

export type Handshake = {
  readonly target: Target;
  /** Connected; destroyed when the handshake fails. */
  readonly stream: Duplex;
  readonly hostKey: HostKeyCheck;
  readonly identities: Identities;
  /** Milliseconds left for handshake and authentication. */
  readonly timeout: number;
  /** What a ProxyCommand wrote to its standard error last. */
  readonly complaint: () => string;
};

/** Checks the host's key, authenticates with one key after the other, each once. Rejects with MeshError. */
export async function shakeHands(handshake: Handshake): Promise<Connection> {
  const { target, stream, hostKey, identities } = handshake;
  const client = new Client();
  const attempts = createAttempts(identities);
  try {
    const ended = await untilReady(client, handshake, attempts);
    await hostKey.confirm();
    return createConnection(client, handshake, ended);
  } catch (error) {
    client.end();
    stream.destroy();
    if (error instanceof MeshError) throw error;
    throw new MeshError({
      code: 'internal',
      message: `ssh2 refuses its settings for ${describeTarget(target)}`,
      cause: error,
    });
  }
}

/** Connects; resolves with a promise of the connection's end. */
function untilReady(
  client: Client,
  handshake: Handshake,
  attempts: Attempts,
): Promise<{ readonly why: Promise<string> }> {
  const { target, stream, hostKey, timeout } = handshake;
  return new Promise((resolve, reject) => {
    let reason = 'the host closed the connection';
    let finish: (why: string) => void = () => undefined;
    const why = new Promise<string>((settle) => {
      finish = settle;
    });
    const fail = (error: Error): void => reject(explain(error, handshake, attempts));
    client.on('error', (error) => {
      if (error.level === 'agent') attempts.note(error.message);
      else {
        reason = error.message;
        fail(error);
      }
    });
    client.on('close', () => {
      fail(new Error(reason));
      finish(reason);
    });
    client.on('ready', () => resolve({ why }));
    client.connect({
      sock: stream,
      username: target.user,
      readyTimeout: timeout,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSES,
      algorithms: { kex: KEX, serverHostKey: hostKey.algorithms },
      hostVerifier: hostKey.verify,
      authHandler: attempts.next,
    });
  });
}

type Attempts = {
  /** ssh2's authHandler: the first call comes before the server has said anything. */
  readonly next: (accepted: readonly string[] | null, partial: boolean | null) => AnyAuthMethod | false;
  readonly note: (message: string) => void;
  readonly history: () => AuthenticationHistory;
  readonly exhausted: () => boolean;
};

/** Hands out the keys one by one; publickey comes first, without the `none` probe that would cost a round trip. */
function createAttempts(identities: Identities): Attempts {
  const tried: string[] = [];
  const notes: string[] = [];
  let accepted: readonly string[] = [];
  let partial = false;
  let exhausted = false;
  const next: Attempts['next'] = (left, partialSuccess) => {
    accepted = left ?? [];
    partial = partialSuccess ?? false;
    const identity = identities.offered[tried.length];
    const welcome = left === null || left.includes('publickey');
    if (identity === undefined || !welcome || partial) {
      exhausted = true;
      return false;
    }
    tried.push(identity.label);
    return identity.method;
  };
  const history = (): AuthenticationHistory => ({ tried, accepted, partial, notes });
  return { next, note: (message) => notes.push(message), history, exhausted: () => exhausted };
}

function explain(error: Error, handshake: Handshake, attempts: Attempts): MeshError {
  const { target, hostKey, identities, complaint } = handshake;
  const refused = hostKey.failure();
  if (refused !== undefined) return refused;
  const tooMany = /Too many authentication failures/.test(error.message);
  if (attempts.exhausted() || tooMany) return authenticationFailure(target, identities, attempts.history());
  if (/Timed out while waiting for handshake/.test(error.message))
    return timeoutFailure(target, attempts.history().tried.length > 0 ? 'logging in' : 'the SSH handshake');
  return handshakeFailure(error, target, complaint());
}

function createConnection(
  client: Client,
  handshake: Handshake,
  end: { readonly why: Promise<string> },
): Connection {
  const { target, stream } = handshake;
  const exec = (command: string): Promise<ClientChannel> =>
    openChannel(
      (done) => client.exec(command, done),
      (error) => execFailure(target, error),
    );
  const forward = (onward: Target): Promise<Duplex> =>
    openChannel(
      (done) => client.forwardOut('127.0.0.1', 0, onward.address, onward.port, done),
      (error) => forwardFailure(onward, target, plainReason(error), reasonOf(error)),
    );
  const close = async (): Promise<void> => {
    client.end();
    const grace = new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_GRACE_MS);
      void end.why.then(() => clearTimeout(timer)).then(resolve);
    });
    await grace;
    stream.destroy();
  };
  return { target, exec, forward, ended: end.why, close };
}

type ChannelCallback = (error: Error | undefined, channel: ClientChannel) => void;

function openChannel(
  open: (done: ChannelCallback) => void,
  explainFailure: (error: Error) => MeshError,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    try {
      open((error, channel) => (error ? reject(explainFailure(error)) : resolve(channel)));
    } catch (error) {
      // ssh2 throws `Not connected` instead of calling back.
      reject(explainFailure(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

function execFailure(target: Target, error: Error): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `${describeTarget(target)} does not start a shell: ${plainReason(error)}`,
    cure: 'Check the shell of that user, and ForceCommand and MaxSessions in the sshd_config of the host.',
    step: 'connect',
  });
}

function plainReason(error: Error): string {
  return error.message.replace(/^\(SSH\) Channel open failure: /, '');
}

function reasonOf(error: Error): number | undefined {
  return 'reason' in error && typeof error.reason === 'number' ? error.reason : undefined;
}
