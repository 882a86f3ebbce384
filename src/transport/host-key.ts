/** Public keys of hosts as SSH writes them on the wire (RFC 4253 §6.6): their type, fingerprint and algorithms. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';

/** What we offer, by type of key, best first. `ssh-rsa` stands for SHA-1 as an algorithm and is not offered (RFC 8332 §1). */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** The type named at the head of a public key blob (RFC 4251 §5 string); empty when the blob is malformed. */
export function publicKeyType(blob: Buffer): string {
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length <= blob.length - 4 ? blob.toString('latin1', 4, 4 + length) : '';
}

/** `SHA256:…`, as `ssh-keygen -lf` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * The host key algorithms to propose: those of the known types first, the others after them.
 * A server picks the first that it has, so a host that is known by its ECDSA key does not show an unknown
 * Ed25519 key, which would look like a changed one.
 */
export function hostKeyAlgorithms(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = knownTypes.flatMap((type) => ALGORITHMS[type] ?? []);
  return [...new Set([...known, ...Object.values(ALGORITHMS).flat()])];
}
