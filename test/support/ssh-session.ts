/** What the tests of the transport have in common: options for a test server, and looking at refusals. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type ErrorCode, MeshError } from '../../src/error/mesh-error.ts';
import type { ConnectionOptions } from '../../src/inventory/connection.ts';
import type { Session, Transport } from '../../src/transport/session.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import type { Sshd, SshWorkshop } from './sshd.ts';

let knownHostsFiles = 0;

/** Writes a known_hosts file; gives its path. */
export async function writeKnownHosts(workshop: SshWorkshop, lines: readonly string[]): Promise<string> {
  knownHostsFiles += 1;
  const file = join(workshop.directory, `known_hosts${knownHostsFiles}`);
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** Options that reach a server as root with one key, with its host keys known. */
export async function connectionTo(
  workshop: SshWorkshop,
  server: Sshd,
  key: string,
  changes: Partial<ConnectionOptions> = {},
): Promise<ConnectionOptions> {
  const knownHosts = [await writeKnownHosts(workshop, server.knownHosts)];
  return {
    alias: '127.0.0.1',
    port: server.port,
    user: 'root',
    keys: [key],
    agent: false,
    hostKeys: 'strict',
    knownHosts,
    sshConfig: false,
    connectTimeout: 10,
    privilege: { kind: 'none' },
    ...changes,
  };
}

/** A transport without a terminal; the environment has nothing but a PATH and what is given. */
export function plainTransport(environment: Readonly<Record<string, string>> = {}): Transport {
  return createSsh2Transport({ environment: { PATH: process.env['PATH'], ...environment } });
}

/** Opens, hands over and closes a session. */
export async function withSession<T>(
  options: ConnectionOptions,
  use: (session: Session) => Promise<T>,
  transport: Transport = plainTransport(),
): Promise<T> {
  const session = await transport.open('h1', options);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Runs one script and gives its standard output. */
export function outputOf(options: ConnectionOptions, script: string, transport?: Transport): Promise<string> {
  const run = async (session: Session): Promise<string> =>
    (await session.run(script, { timeout: 10, step: 'test' })).stdout;
  return withSession(options, run, transport);
}

/** The MeshError that a promise rejects with. */
export async function refusalOf(attempt: Promise<unknown>, code: ErrorCode): Promise<MeshError> {
  const thrown: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof MeshError)) throw new Error(`expected a MeshError ${code}, got ${String(thrown)}`);
  assert.is(thrown.code, code, thrown.message);
  assert.ok(thrown.cure, 'an error names its cure');
  return thrown;
}
