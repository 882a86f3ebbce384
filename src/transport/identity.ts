/** The keys offered to a host: from files, and from the agent where it holds them. */
import { readFile, stat } from 'node:fs/promises';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';
import { fingerprint, publicKeyType } from './host-key.ts';
import { type AgentKey, listAgentKeys, SingleKeyAgent } from './ssh-agent.ts';
import type { Target } from './target.ts';

export type Identity = {
  /** File or agent's comment, and fingerprint: for messages. */
  readonly label: string;
  readonly method: AnyAuthMethod;
};

export type Identities = {
  readonly offered: readonly Identity[];
  /** What was found and cannot be offered, each with its reason. */
  readonly skipped: readonly string[];
};

/** sshd's MaxAuthTries is 6 by default, and OpenSSH 9.8 punishes an address for failures (PerSourcePenalties). */
const MAX_OFFERED = 5;

type Candidate = Identity & { readonly blob: Buffer };
type Found =
  | { readonly kind: 'usable'; readonly candidate: Candidate }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'absent' };

type Agent = { readonly socket: string; readonly keys: readonly AgentKey[] };

/** Reads the identity files and lists the agent's keys: files in their order first, then other keys of the agent. */
export async function gatherIdentities(target: Target): Promise<Identities> {
  const agent = await openAgent(target.agentSocket);
  const files = await Promise.all(target.identityFiles.map((file) => readIdentity(file, target, agent)));
  const others = agent.keys.map((key) => agentIdentity(key, agent.socket, target.user));
  const found = target.identitiesOnly ? files : [...files, ...others];
  const usable = found.flatMap((one) => (one.kind === 'usable' ? [one.candidate] : []));
  const distinct = usable.filter(
    (one, index) => usable.findIndex((other) => other.blob.equals(one.blob)) === index,
  );
  const reasons = found.flatMap((one) => (one.kind === 'skipped' ? [one.reason] : []));
  const surplus = distinct
    .slice(MAX_OFFERED)
    .map((one) => `${one.label}: one too many for sshd's MaxAuthTries`);
  const certificates = (await findCertificates(target)).map(
    (file) => `${file}: certificates are not supported yet`,
  );
  const skipped = [...agent.skipped, ...certificates, ...reasons, ...surplus];
  return { offered: distinct.slice(0, MAX_OFFERED), skipped };
}

/** Those that ssh_config names, and those that OpenSSH would find beside the keys. */
async function findCertificates(target: Target): Promise<readonly string[]> {
  const beside = target.identityFiles.map((file) => `${file}-cert.pub`);
  const found = await Promise.all(beside.map((file) => stat(file).catch(() => undefined)));
  return [...new Set([...target.certificateFiles, ...beside.filter((_, index) => found[index]?.isFile())])];
}

async function openAgent(
  socket: string | undefined,
): Promise<Agent & { readonly skipped: readonly string[] }> {
  if (socket === undefined) return { socket: '', keys: [], skipped: [] };
  try {
    return { socket, keys: await listAgentKeys(socket), skipped: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { socket, keys: [], skipped: [`agent at ${socket}: ${reason}`] };
  }
}

async function readIdentity(file: string, target: Target, agent: Agent): Promise<Found> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const publicHalf = await readFile(`${file}.pub`, 'utf8').catch(() => undefined);
    if (publicHalf !== undefined && reason === 'ENOENT')
      return publicIdentity(file, publicHalf, target, agent);
    return reason === 'ENOENT' && !target.identitiesNamed
      ? { kind: 'absent' }
      : { kind: 'skipped', reason: `${file}: ${reason === 'ENOENT' ? 'no such file' : reason}` };
  }
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) return sealedIdentity(file, text, key.message, target, agent);
  if (!key.isPrivateKey()) return publicIdentity(file, text, target, agent);
  const blob = key.getPublicSSH();
  const method: AnyAuthMethod = { type: 'publickey', username: target.user, key };
  return { kind: 'usable', candidate: { label: label(file, blob), blob, method } };
}

/** A public key stands for the private one in the agent. */
function publicIdentity(file: string, text: string, target: Target, agent: Agent): Found {
  const blob = Buffer.from(text.trim().split(/\s+/)[1] ?? '', 'base64');
  return heldByAgent(file, blob, 'a public key, and the agent does not hold its private one', target, agent);
}

/** A private key that ssh2 cannot open: encrypted, or of a type it does not know. */
async function sealedIdentity(
  file: string,
  text: string,
  reason: string,
  target: Target,
  agent: Agent,
): Promise<Found> {
  const publicHalf = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const blob = openSshPublicBlob(text) ?? Buffer.from(publicHalf.split(/\s+/)[1] ?? '', 'base64');
  const hardware = unsupported(publicKeyType(blob));
  if (hardware !== undefined) return { kind: 'skipped', reason: `${file}: ${hardware}` };
  const encrypted = /encrypted|passphrase/i.test(reason);
  const why = encrypted ? `encrypted; add it to the agent: ssh-add ${file}` : `not a usable key (${reason})`;
  return heldByAgent(file, blob, why, target, agent);
}

function heldByAgent(file: string, blob: Buffer, otherwise: string, target: Target, agent: Agent): Found {
  const held = agent.keys.find((key) => key.blob.equals(blob));
  if (held === undefined) return { kind: 'skipped', reason: `${file}: ${otherwise}` };
  return agentIdentity({ ...held, comment: file }, agent.socket, target.user);
}

function agentIdentity(key: AgentKey, socket: string, username: string): Found {
  const reason = unsupported(key.type);
  if (reason !== undefined) return { kind: 'skipped', reason: `agent's ${key.comment}: ${reason}` };
  const parsed = parsePublic(key);
  if (parsed instanceof Error)
    return { kind: 'skipped', reason: `agent's ${key.comment}: ${parsed.message}` };
  const method: AnyAuthMethod = { type: 'agent', username, agent: new SingleKeyAgent(socket, parsed) };
  return {
    kind: 'usable',
    candidate: { label: label(`agent's ${key.comment}`, key.blob), blob: key.blob, method },
  };
}

function parsePublic(key: AgentKey): ParsedKey | Error {
  return ssh2.utils.parseKey(`${key.type} ${key.blob.toString('base64')}`);
}

/** Why ssh2 cannot use a type of key; undefined when it can. */
function unsupported(type: string): string | undefined {
  if (type.includes('-cert-v')) return 'certificates are not supported yet';
  return type.startsWith('sk-') ? 'FIDO security keys are not supported yet' : undefined;
}

function label(source: string, blob: Buffer): string {
  return `${source} (${fingerprint(blob)})`;
}

/** The public half that an OpenSSH private key file carries in the clear (PROTOCOL.key), even when it is encrypted. */
export function openSshPublicBlob(text: string): Buffer | undefined {
  const [, armoured] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text) ?? [];
  if (armoured === undefined) return undefined;
  const data = Buffer.from(armoured, 'base64');
  let offset = 'openssh-key-v1\0'.length;
  const skip = (): Buffer => {
    const length = offset + 4 <= data.length ? data.readUInt32BE(offset) : 0;
    offset += 4 + length;
    return data.subarray(offset - length, offset);
  };
  // Cipher, its key derivation and that one's options; then the number of keys, which is 1.
  for (let field = 0; field < 3; field += 1) skip();
  offset += 4;
  const blob = skip();
  return publicKeyType(blob) === '' ? undefined : blob;
}
