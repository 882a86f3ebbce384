/** The check of one host's key during one connection, against the operator's known_hosts. */
import { randomBytes } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { MeshError } from '../error/mesh-error.ts';
import { fingerprint, hostKeyAlgorithms, publicKeyType } from './host-key.ts';
import { entriesOf, type HostKeyVerdict, judgeHostKey, type KnownHost, knownTypes } from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { describeTarget, type Target } from './target.ts';

export type HostKeyCheck = {
  /** To propose to the server. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /** Says whether the connection may go on. The server has not yet proved that it holds the key. */
  readonly verify: (key: Buffer) => boolean;
  /** Why `verify` said no. */
  readonly failure: () => MeshError | undefined;
  /** To be called when the connection is authenticated: only then a new key is written down. */
  readonly confirm: () => Promise<void>;
};

/** Reads the known_hosts files of a target. Rejects with MeshError when one cannot be read. */
export async function prepareHostKeyCheck(target: Target, files: KnownHostsFiles): Promise<HostKeyCheck> {
  const lists = [...target.userKnownHosts, ...target.globalKnownHosts];
  const all = await files.load(lists).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(error);
  });
  const entries = entriesOf(all, target.hostKeyName, target.bareHostKeyName);
  let failure: MeshError | undefined;
  let added: Buffer | undefined;
  const verify = (key: Buffer): boolean => {
    const verdict = judgeHostKey(entries, key);
    const accepted = verdict.kind === 'unknown' && !verdict.authority && target.hostKeys === 'accept-new';
    if (accepted) added = key;
    else failure = verdict.kind === 'known' ? undefined : refuse(target, key, verdict);
    return failure === undefined;
  };
  const confirm = async (): Promise<void> => {
    if (added !== undefined) await writeDown(target, added, files);
  };
  return { algorithms: hostKeyAlgorithms(knownTypes(entries)), verify, failure: () => failure, confirm };
}

async function writeDown(target: Target, key: Buffer, files: KnownHostsFiles): Promise<void> {
  const [file] = target.userKnownHosts;
  if (file === undefined) return;
  const salt = target.hashKnownHosts ? randomBytes(20) : undefined;
  await files.add({ file, name: target.hostKeyName, key, salt }).catch((error: unknown) => {
    throw error instanceof MeshError ? error : unwritable(target, file, error);
  });
}

function refuse(target: Target, key: Buffer, verdict: Exclude<HostKeyVerdict, { kind: 'known' }>): MeshError {
  const shown = `${shortType(key)} ${fingerprint(key)}`;
  switch (verdict.kind) {
    case 'unknown':
      return unknownKey(target, key, shown, verdict.authority);
    case 'changed':
      return changedKey(target, key, shown, verdict.known);
    case 'revoked':
      return new MeshError({
        code: 'host-key-changed',
        message: `${describeTarget(target)} shows the key ${shown}, which is marked @revoked`,
        cure: 'Do not connect: make new host keys on the host, from its console.',
        step: 'connect',
        place: verdict.entry.place,
      });
  }
}

function unknownKey(target: Target, key: Buffer, shown: string, authority: KnownHost | undefined): MeshError {
  const trusted =
    authority === undefined ? '' : ' (only a certificate authority is, which is not supported yet)';
  return new MeshError({
    code: 'host-key-unknown',
    message: `The key of ${describeTarget(target)} is not in known_hosts${trusted}: ${shown}`,
    cure: `Compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_${shortType(key)}_key.pub\` on the host, then add it with \`${learnCommand(target, key)}\`, or set \`host_keys: accept-new\` in the inventory.`,
    step: 'connect',
    ...(authority === undefined ? {} : { place: authority.place }),
  });
}

/** ssh-keyscan knows neither jump hosts nor aliases; ssh itself asks, and writes the key where it belongs. */
function learnCommand(target: Target, key: Buffer): string {
  const port = target.port === 22 ? '' : ` -p ${target.port}`;
  const direct = target.jump.length === 0 && target.proxyCommand === undefined;
  const plain = target.hostKeyName.replace(/^\[(.*)\]:\d+$/, '$1') === target.address.toLowerCase();
  if (!direct || !plain) return `ssh${port} ${target.user}@${target.name} true`;
  const file = target.userKnownHosts[0] ?? '~/.ssh/known_hosts';
  return `ssh-keyscan${port} -t ${shortType(key)} ${target.address} >> ${file}`;
}

function changedKey(target: Target, key: Buffer, shown: string, known: readonly KnownHost[]): MeshError {
  const sameType = known.filter((entry) => publicKeyType(entry.key) === publicKeyType(key));
  const old = sameType.length > 0 ? sameType : known;
  const listed = old.map((entry) => `${shortType(entry.key)} ${fingerprint(entry.key)} (${entry.place})`);
  const place = old[0]?.place ?? '';
  const file = place.replace(/:\d+$/, '');
  return new MeshError({
    code: 'host-key-changed',
    message: `The key of ${describeTarget(target)} has changed: it shows ${shown}, known is ${listed.join(', ')}`,
    cure: `Somebody may be listening in. Only if you know that the host was made anew: \`ssh-keygen -R '${target.hostKeyName}' -f ${file}\`.`,
    step: 'connect',
    place,
  });
}

/** `ed25519`, `ecdsa` or `rsa`: as ssh-keygen, ssh-keyscan and the files in /etc/ssh call the type. */
function shortType(key: Buffer): string {
  return publicKeyType(key)
    .replace(/^ssh-/, '')
    .replace(/-sha2-nistp\d+$/, '');
}

function unreadable(error: NodeJS.ErrnoException): MeshError {
  return new MeshError({
    code: 'host-key-unknown',
    message: `A known_hosts file cannot be read: ${error.message}`,
    cure: 'Make it readable: without it no host key can be checked.',
    step: 'connect',
    ...(error.path === undefined ? {} : { place: error.path }),
  });
}

function unwritable(target: Target, file: string, error: unknown): MeshError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MeshError({
    code: 'host-key-unknown',
    message: `The new key of ${describeTarget(target)} cannot be written down: ${reason}`,
    cure: 'Make the file writable: a key that is not kept would be accepted again and again unchecked.',
    step: 'connect',
    place: file,
  });
}
