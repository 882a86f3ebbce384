/** The known_hosts format of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: parsed, matched, judged and written. Pure. */
import { createHmac } from 'node:crypto';
import { publicKeyType } from './host-key.ts';
import { matchesPatternList } from './host-pattern.ts';

export type KnownHost = {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** First field as written: patterns with commas, or one hashed name. */
  readonly names: string;
  /** Public key blob. */
  readonly key: Buffer;
  /** `file:line`. */
  readonly place: string;
};

/** The entries that speak of one host. */
export type HostEntries = {
  readonly named: readonly KnownHost[];
  /** Entries of the bare name of a host on another port: OpenSSH takes an equal key from them, and nothing else. */
  readonly bare: readonly KnownHost[];
};

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  /** `authority`: a certificate authority is trusted for the host, which says nothing about a plain key. */
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly known: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** Parses a file's text; lines that are no entry are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line.trim(), `${file}:${index + 1}`);
    return entry === undefined ? [] : [entry];
  });
}

function parseLine(line: string, place: string): KnownHost | undefined {
  const fields = line.split(/[ \t]+/);
  const marker = markerOf(fields[0] ?? '');
  if (line.startsWith('#') || marker === undefined) return undefined;
  const [names, type, base64] = marker === 'none' ? fields : fields.slice(1);
  if (names === undefined || base64 === undefined) return undefined;
  const key = Buffer.from(base64, 'base64');
  return publicKeyType(key) === type ? { marker, names, key, place } : undefined;
}

function markerOf(field: string): KnownHost['marker'] | undefined {
  if (!field.startsWith('@')) return 'none';
  if (field === '@revoked') return 'revoked';
  return field === '@cert-authority' ? 'cert-authority' : undefined;
}

/** The name a host has in known_hosts: `host`, or `[host]:port` when the port is not 22. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** Does the entry's first field name the host? `name` is what `knownHostName` gives, in lower case. */
function namesHost(entry: KnownHost, name: string): boolean {
  if (!entry.names.startsWith('|')) return matchesPatternList(entry.names.split(','), name);
  const [, version, salt, hash] = entry.names.split('|');
  return version === '1' && salt !== undefined && hashedName(name, Buffer.from(salt, 'base64')) === hash;
}

/** HMAC-SHA1 of the name under the salt, base64: the third part of a hashed name. */
function hashedName(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** Picks the entries of a host. `bareName` is the name without its port, where the port is not 22. */
export function entriesOf(
  entries: readonly KnownHost[],
  name: string,
  bareName: string | undefined,
): HostEntries {
  const named = entries.filter((entry) => namesHost(entry, name));
  const bare = bareName === undefined ? [] : entries.filter((entry) => namesHost(entry, bareName));
  return { named, bare };
}

/** The types of the host's plain keys, in file order: for `hostKeyAlgorithms`. */
export function knownTypes(entries: HostEntries): readonly string[] {
  const plain = [...entries.named, ...entries.bare].filter((entry) => entry.marker === 'none');
  return plain.map((entry) => publicKeyType(entry.key));
}

/**
 * Judges the key a host showed. A host that is known by other keys only has changed, whatever their types:
 * otherwise an attacker with a key of a new type would be a newcomer to `accept-new`.
 */
export function judgeHostKey(entries: HostEntries, key: Buffer): HostKeyVerdict {
  const all = [...entries.named, ...entries.bare];
  const same = all.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  if (same.some((entry) => entry.marker === 'none')) return { kind: 'known' };
  const known = entries.named.filter((entry) => entry.marker === 'none');
  if (known.length > 0) return { kind: 'changed', known };
  return { kind: 'unknown', authority: entries.named.find((entry) => entry.marker === 'cert-authority') };
}

/** One line for a new host, with its newline. With a salt of 20 bytes the name is hashed, as HashKnownHosts asks. */
export function renderKnownHost(name: string, key: Buffer, salt: Buffer | undefined): string {
  const names = salt === undefined ? name : `|1|${salt.toString('base64')}|${hashedName(name, salt)}`;
  return `${names} ${publicKeyType(key)} ${key.toString('base64')}\n`;
}
