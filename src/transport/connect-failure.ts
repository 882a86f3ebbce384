/** Why a connection did not come about, in words an operator can act on. Pure: errors in, MeshError out. */
import { type ErrorCode, MeshError } from '../error/mesh-error.ts';
import type { Identities } from './identity.ts';
import { describeTarget, type Target } from './target.ts';

/** What the server said while it turned our keys down. */
export type AuthenticationHistory = {
  /** Labels of the keys that were offered, in order. */
  readonly tried: readonly string[];
  /** Methods the server would still take. */
  readonly accepted: readonly string[];
  /** A key was taken and the server asked for a second factor. */
  readonly partial: boolean;
  /** What went wrong on our side, e.g. the agent refused to sign. */
  readonly notes: readonly string[];
};

type Reason = { readonly says: string; readonly cure: string };

const SOCKET_REASONS: Readonly<Record<string, Reason>> = {
  ENOTFOUND: { says: 'its name does not resolve', cure: 'Correct the name, or give the host an address.' },
  EAI_AGAIN: { says: 'the name server does not answer', cure: 'Check the DNS of this machine.' },
  ECONNREFUSED: { says: 'the connection is refused', cure: 'Start sshd on the host, or correct the port.' },
  EHOSTUNREACH: {
    says: 'there is no route to it',
    cure: 'Check that the host is up and reachable from here.',
  },
  ENETUNREACH: {
    says: 'there is no route to its network',
    cure: 'Check the routes and VPN of this machine.',
  },
  ETIMEDOUT: {
    says: 'it does not answer',
    cure: 'Check that the host is up and no firewall drops port {port}.',
  },
};

/** sshd, or something before it, hangs up on addresses it has seen fail; it does not say why. */
const SHUT_OUT: Reason = {
  says: 'the host closes the connection before it says anything',
  cure: 'Wait a minute and try once more: sshd shuts out addresses after failed logins (PerSourcePenalties, MaxStartups), as fail2ban does; its log on the host tells.',
};

function unreachable(target: Target, reason: Reason, cause?: unknown): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `Cannot connect to ${describeTarget(target)}: ${reason.says}`,
    cure: reason.cure.replace('{port}', String(target.port)),
    step: 'connect',
    cause,
  });
}

/** A TCP connection that failed; `error.code` tells. */
export function socketFailure(error: NodeJS.ErrnoException, target: Target): MeshError {
  const reason = SOCKET_REASONS[error.code ?? ''];
  const fallback: Reason = {
    says: error.message || String(error.code),
    cure: 'Check the address and the network.',
  };
  return unreachable(target, reason ?? fallback, error);
}

/** Nothing within the time; `stage` says what was waited for. */
export function timeoutFailure(target: Target, stage: string): MeshError {
  const says = `${stage} took longer than ${target.timeout} s`;
  return unreachable(target, { says, cure: 'Check the host and the way to it, or raise connect_timeout.' });
}

/** A handshake that failed before authentication began. `complaint` is what a ProxyCommand wrote, if anything. */
export function handshakeFailure(error: NodeJS.ErrnoException, target: Target, complaint: string): MeshError {
  if (complaint !== '') {
    return unreachable(target, {
      says: `the ProxyCommand says: ${complaint}`,
      cure: 'Try the command by hand.',
    });
  }
  if (/Connection lost before handshake/.test(error.message) || error.code === 'ECONNRESET')
    return unreachable(target, SHUT_OUT, error);
  if (/no matching/.test(error.message)) {
    const says = error.message.replace('Handshake failed: ', '');
    return unreachable(target, {
      says,
      cure: 'Update sshd on the host; only current algorithms are offered.',
    });
  }
  const foreign = /Invalid identification|Protocol|header/i.test(error.message);
  const cure = foreign ? 'Check that sshd listens on that port.' : 'Look at the log of sshd on the host.';
  return unreachable(target, { says: error.message, cure }, error);
}

/** A hop that could not open the way onward; `reason` is that of RFC 4254 §5.1. */
export function forwardFailure(
  target: Target,
  hop: Target,
  detail: string,
  reason: number | undefined,
): MeshError {
  const prohibited = reason === 1;
  const says = `the jump host ${describeTarget(hop)} does not get through to it (${detail})`;
  const cure = prohibited
    ? 'Set AllowTcpForwarding yes for that user in the sshd_config of the jump host.'
    : 'Check from the jump host that the address and port answer.';
  return unreachable(target, { says, cure });
}

/** No identity was accepted, or there was none to offer. */
export function authenticationFailure(
  target: Target,
  identities: Identities,
  history: AuthenticationHistory,
): MeshError {
  const place = describeTarget(target);
  const left = [...identities.skipped, ...history.notes];
  const unused = left.length === 0 ? '' : `; not offered: ${left.join('; ')}`;
  const message = `${place} ${refusal(history)}${unused}`;
  const code: ErrorCode = 'authentication-failed';
  return new MeshError({ code, message, cure: authenticationCure(target, history), step: 'connect' });
}

function refusal(history: AuthenticationHistory): string {
  const offered = history.tried.join(', ');
  if (history.partial)
    return `took ${offered}, and asks for a second factor (${history.accepted.join(', ')})`;
  if (history.accepted.length > 0 && !history.accepted.includes('publickey'))
    return `does not take keys, only ${history.accepted.join(', ')}`;
  return history.tried.length === 0
    ? 'cannot be logged in to: there is no key to offer'
    : `accepts none of the keys; offered: ${offered}`;
}

function authenticationCure(target: Target, history: AuthenticationHistory): string {
  if (history.partial)
    return 'Exempt this user from the second factor in sshd_config (AuthenticationMethods publickey).';
  if (history.tried.length === 0)
    return 'Make a key with `ssh-keygen -t ed25519`, add it to an agent with `ssh-add`, or name one in the inventory.';
  const port = target.port === 22 ? '' : ` -p ${target.port}`;
  return `Add the public key to ${target.user} on the host (ssh-copy-id${port} ${target.user}@${target.address}), or name the right user and key in the inventory.`;
}

/** The same failure, told of the hop where it happened. */
export function hopFailure(failure: MeshError, spec: string): MeshError {
  if (failure.message.startsWith('Jump host ')) return failure;
  return new MeshError({
    code: failure.code,
    message: `Jump host ${spec}: ${failure.message}`,
    cause: failure.cause,
    ...(failure.cure === undefined ? {} : { cure: failure.cure }),
    ...(failure.step === undefined ? {} : { step: failure.step }),
    ...(failure.place === undefined ? {} : { place: failure.place }),
  });
}
