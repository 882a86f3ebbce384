/** What operations need of a connection to a host; ssh2.ts fulfils it. */
import type { ConnectionOptions } from '../inventory/connection.ts';

export type ScriptResult = {
  /** Exit status of the script; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  /** Seconds until the step is given up and the session closed; 1 to 3600. */
  readonly timeout: number;
  /** What is being done, for errors: `facts`, `apply`, … */
  readonly step: string;
  /** Called with each complete line of standard output as it arrives. */
  readonly onLine?: (line: string) => void;
};

export type Session = {
  /** Host name in the inventory. */
  readonly host: string;
  /**
   * Runs a POSIX sh script as root in the session's resident shell and resolves when it has ended; a script that
   * arrives cut off does not start. Scripts of one session run one after the other.
   * Rejects with MeshError `connection-lost` or `step-timeout`; a non-zero exit status is a result, not an error.
   */
  readonly run: (script: string, options: RunOptions) => Promise<ScriptResult>;
  /** Closes the connection and the jump chain below it; safe to call twice. */
  readonly close: () => Promise<void>;
};

/** Opens sessions; holds what a run shares: passwords that were asked for, the parsed ssh_config, jump connections. */
export type Transport = {
  /** Connects, checks the host key, authenticates, becomes root. Rejects with MeshError. */
  readonly open: (host: string, connection: ConnectionOptions) => Promise<Session>;
};
