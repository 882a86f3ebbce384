/** The transport over ssh2: one connection and one resident root shell a host. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ClientChannel } from 'ssh2';
import { asMeshError, MeshError } from '../error/mesh-error.ts';
import type { ConnectionOptions } from '../inventory/connection.ts';
import { createJumpPool } from './jump-pool.ts';
import { createKnownHostsFiles } from './known-hosts-files.ts';
import { becomeRoot } from './privilege.ts';
import { createResidentShell, type ShellChannel } from './resident-shell.ts';
import type { Session, Transport } from './session.ts';
import { SHELL_COMMAND } from './shell-frame.ts';
import { createSshConfigReader } from './ssh-config-reader.ts';
import type { Connection } from './ssh2-connection.ts';
import { openConnection, type SharedRun } from './ssh2-route.ts';
import { createPasswordReader, type PasswordReader } from './sudo-password.ts';
import type { Operator } from './target.ts';

export type Ssh2TransportSettings = {
  /** Asks the operator without echo; left out or undefined where nobody sits at a terminal. */
  readonly askPassword?: ((prompt: string) => Promise<string>) | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Home directory for `~`; left out: that of the user who runs this, as the password database has it. */
  readonly home?: string;
};

/** A transport for one run; it holds the run's known_hosts, resolved ssh_config, jump connections and passwords. */
export function createSsh2Transport(settings: Ssh2TransportSettings): Transport {
  const operator = thisOperator(settings);
  const shared: SharedRun = {
    operator,
    readSshConfig: createSshConfigReader(operator.home, { ...settings.environment }),
    knownHosts: createKnownHostsFiles(),
    jumps: createJumpPool(),
  };
  const { environment, askPassword } = settings;
  const readPassword = createPasswordReader({ environment, askPassword });
  return { open: (host, options) => openSession(shared, readPassword, host, options) };
}

function thisOperator(settings: Ssh2TransportSettings): Operator {
  const { username, homedir } = userInfo();
  const { environment, home = homedir } = settings;
  return { user: username, home, hostName: hostname(), environment };
}

async function openSession(
  shared: SharedRun,
  readPassword: PasswordReader,
  host: string,
  options: ConnectionOptions,
): Promise<Session> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(shared, options);
    return await openShell(connection, readPassword, host, options);
  } catch (error) {
    await connection?.close();
    throw asMeshError(error).at(host, 'connect');
  }
}

async function openShell(
  connection: Connection,
  readPassword: PasswordReader,
  host: string,
  options: ConnectionOptions,
): Promise<Session> {
  const channel = shellChannel(await connection.exec(SHELL_COMMAND), connection);
  const nextMarker = createMarkers();
  const { privilege, connectTimeout } = options;
  const { user } = connection.target;
  await becomeRoot({ channel, user, privilege, marker: nextMarker(), timeout: connectTimeout }, readPassword);
  const shell = createResidentShell(channel, nextMarker);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= connection.close();
    return closing;
  };
  const run: Session['run'] = async (script, runOptions) => {
    if (closing !== undefined) throw closedSession(host, runOptions.step);
    try {
      return await shell.run(script, runOptions);
    } catch (error) {
      await close();
      throw asMeshError(error).at(host, runOptions.step);
    }
  };
  return { host, run, close };
}

/** 128 bits once a session, counted up from step to step. */
function createMarkers(): () => string {
  const nonce = randomBytes(16).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${nonce}x${count}`;
  };
}

function shellChannel(channel: ClientChannel, connection: Connection): ShellChannel {
  const ended = new Promise<string>((resolve) => {
    let why = 'the channel was closed';
    channel.on('exit', (code: number | null, signal?: string) => {
      why = `the shell on the host ended with ${signal ?? `status ${code}`}`;
    });
    channel.on('close', () => resolve(why));
    void connection.ended.then(resolve);
  });
  // A write after the host hung up is told by `ended`.
  channel.on('error', () => undefined);
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    destroy: () => void connection.close(),
  };
}

function closedSession(host: string, step: string): MeshError {
  const message = 'The connection was closed before this step';
  return new MeshError({ code: 'connection-lost', message, cure: 'Run the command again.', host, step });
}
