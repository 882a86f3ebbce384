/** Connections to jump hosts, one for all hosts behind it: a hundred logins at once would run into its MaxStartups. */
import { type ErrorCode, MeshError } from '../error/mesh-error.ts';
import type { Connection } from './ssh2-connection.ts';

export type JumpLease = {
  readonly connection: Connection;
  /** Gives the connection back; the last one closes it. */
  readonly release: () => Promise<void>;
};

export type JumpPool = {
  /** The connection kept under the key, opened where there is none. Rejects as `open` does. */
  readonly acquire: (key: string, open: () => Promise<Connection>) => Promise<JumpLease>;
};

type Entry = { readonly opening: Promise<Connection>; users: number };

/** Refusals that hold for the whole run: a second try would be a second failed login (PerSourcePenalties). */
const FINAL: readonly ErrorCode[] = ['authentication-failed', 'host-key-unknown', 'host-key-changed'];

export function createJumpPool(): JumpPool {
  const entries = new Map<string, Entry>();
  const forget = (key: string, entry: Entry): void => {
    if (entries.get(key) === entry) entries.delete(key);
  };

  const start = (key: string, open: () => Promise<Connection>): Entry => {
    const entry: Entry = { opening: open(), users: 0 };
    entries.set(key, entry);
    entry.opening.then(
      (connection) => connection.ended.then(() => forget(key, entry)),
      (error: unknown) => {
        if (!(error instanceof MeshError && FINAL.includes(error.code))) forget(key, entry);
      },
    );
    return entry;
  };

  const acquire = async (key: string, open: () => Promise<Connection>): Promise<JumpLease> => {
    const entry = entries.get(key) ?? start(key, open);
    entry.users += 1;
    const connection = await entry.opening;
    let released = false;
    const release = async (): Promise<void> => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      forget(key, entry);
      await connection.close();
    };
    return { connection, release };
  };
  return { acquire };
}
