/** Real sshd for tests: own configuration, host keys and port on 127.0.0.1, real users; all of it removed again. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipFile, skipUnlessRoot } from './skip.ts';

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** A directory of the run for keys, files and servers; `remove` ends the servers and deletes users and files. */
export type SshWorkshop = {
  readonly directory: string;
  /** Makes a key pair; gives the path of the private file. */
  readonly makeKey: (name: string, type?: KeyType, passphrase?: string) => Promise<string>;
  /** Lets a key in, as every user, on every server. */
  readonly authorize: (keyFile: string) => Promise<void>;
  readonly startSshd: (options?: SshdOptions) => Promise<Sshd>;
  /** Adds a local user; gives its name. */
  readonly addUser: (suffix: string, options?: UserOptions) => Promise<string>;
  readonly remove: () => Promise<void>;
};

export type SshdOptions = {
  readonly hostKeys?: readonly KeyType[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** A server that ran on this port before is replaced by this one. */
  readonly port?: number;
};

export type UserOptions = {
  readonly shell?: string;
  readonly password?: string;
  /** The part of the sudoers line after the name, e.g. `ALL=(ALL) NOPASSWD: ALL`. */
  readonly sudo?: string;
};

export type Sshd = {
  readonly port: number;
  readonly pid: number;
  /** Lines for a known_hosts file, one for each host key. */
  readonly knownHosts: readonly string[];
  readonly log: () => Promise<string>;
  /** Kills the processes of all its sessions with SIGKILL; the server itself stays. */
  readonly killSessions: () => void;
  readonly stop: () => Promise<void>;
};

const SSHD = '/usr/sbin/sshd';
const START_TIMEOUT_MS = 10_000;

/** Ends this test file unless it can run sshd and sudo as root. */
export function skipUnlessSshd(): void {
  skipUnlessRoot();
  for (const program of [SSHD, '/usr/bin/ssh', '/usr/bin/sudo']) {
    if (!existsSync(program))
      skipFile(`needs ${program}: apt-get install openssh-server openssh-client sudo`);
  }
}

export async function openSshWorkshop(): Promise<SshWorkshop> {
  const directory = await mkdtemp(join(tmpdir(), `route-mesh-ssh-${process.pid}-`));
  const authorizedKeys = join(directory, 'authorized_keys');
  await prepareDirectories(directory, authorizedKeys);
  const servers: Sshd[] = [];
  const users: string[] = [];

  const makeKey: SshWorkshop['makeKey'] = async (name, type = 'ed25519', passphrase = '') => {
    const file = join(directory, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file]);
    return file;
  };
  const authorize: SshWorkshop['authorize'] = async (keyFile) => {
    await writeFile(authorizedKeys, await readFile(`${keyFile}.pub`), { flag: 'a' });
  };
  const startSshd: SshWorkshop['startSshd'] = async (options = {}) => {
    const server = await startServer(directory, servers.length, options);
    servers.push(server);
    return server;
  };
  const addUser: SshWorkshop['addUser'] = async (suffix, options = {}) => {
    const name = `rm${process.pid}${suffix}`;
    users.push(name);
    await createUser(name, directory, options);
    return name;
  };
  const removeNow = (): void => {
    for (const user of users.splice(0)) deleteUser(user);
    rmSync(directory, { recursive: true, force: true });
  };
  // A run that is stopped, or a test file that throws before its suite, leaves nothing behind either.
  process.once('exit', removeNow);
  const remove = async (): Promise<void> => {
    for (const server of servers) await server.stop();
    removeNow();
  };
  return { directory, makeKey, authorize, startSshd, addUser, remove };
}

async function prepareDirectories(directory: string, authorizedKeys: string): Promise<void> {
  // sshd reads authorized keys as the user who logs in.
  await chmod(directory, 0o755);
  await writeFile(authorizedKeys, '');
  // sshd's privilege separation directory; the package's service would make it at boot.
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
}

async function startServer(directory: string, number: number, options: SshdOptions): Promise<Sshd> {
  const home = join(directory, `sshd${number}`);
  await mkdir(home);
  const port = options.port ?? (await freePort());
  const types = options.hostKeys ?? ['ed25519'];
  for (const type of types) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(home, type)]);
  }
  const logFile = join(home, 'log');
  await writeFile(join(home, 'config'), renderConfig(directory, home, port, types, options.config ?? []));
  // The kernel ends it with us, however we end.
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', SSHD, '-D', '-f', join(home, 'config'), '-E', logFile],
    { stdio: 'ignore' },
  );
  const log = (): Promise<string> => readFile(logFile, 'utf8').catch(() => '');
  await untilListening(log, () => child.exitCode !== null);
  const pid = child.pid ?? 0;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    killAll(descendants(pid));
    child.kill('SIGKILL');
    await ended;
  };
  const knownHosts = await Promise.all(
    types.map(
      async (type) => `[127.0.0.1]:${port} ${(await readFile(join(home, `${type}.pub`), 'utf8')).trim()}`,
    ),
  );
  return { port, pid, knownHosts, log, killSessions: () => killAll(descendants(pid)), stop };
}

function renderConfig(
  directory: string,
  home: string,
  port: number,
  hostKeys: readonly KeyType[],
  further: readonly string[],
): string {
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    ...hostKeys.map((type) => `HostKey ${join(home, type)}`),
    'PidFile none',
    'StrictModes no',
    'UsePAM yes',
    'PermitRootLogin yes',
    'LogLevel DEBUG1',
    // Tests connect many times at once, to one server.
    'MaxStartups 200',
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    ...further,
  ];
  return `${lines.join('\n')}\n`;
}

async function untilListening(log: () => Promise<string>, ended: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await log()).includes('Server listening')) {
    if (ended() || Date.now() > deadline) throw new Error(`sshd did not start: ${await log()}`);
    await sleep(20);
  }
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function descendants(pid: number): readonly number[] {
  const listed = spawnText('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  const children = listed.split(/\s+/).filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function spawnText(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // ps ends with status 1 when it has nothing to list.
    return '';
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  }
}

async function createUser(name: string, directory: string, options: UserOptions): Promise<void> {
  const home = join(directory, `home-${name}`);
  execFileSync('useradd', ['-m', '-d', home, '-s', options.shell ?? '/bin/bash', '-p', '*', name]);
  if (options.password !== undefined) {
    execFileSync('chpasswd', [], { input: `${name}:${options.password}\n` });
  }
  if (options.sudo === undefined) return;
  const lines = [`Defaults:${name} logfile=${sudoLog(directory)}`, `${name} ${options.sudo}`];
  await writeFile(sudoersFile(name), `${lines.join('\n')}\n`, { mode: 0o440 });
}

function deleteUser(name: string): void {
  rmSync(sudoersFile(name), { force: true });
  spawnText('userdel', ['-f', name]);
}

/** sudo passes over files in sudoers.d whose name has a dot. */
function sudoersFile(name: string): string {
  return `/etc/sudoers.d/route-mesh-test-${name}`;
}

/** Where sudo writes what the workshop's users did. */
export function sudoLog(directory: string): string {
  return join(directory, 'sudo.log');
}

/** Home directory of a user that `addUser` made. */
export function homeOf(workshop: SshWorkshop, user: string): string {
  return join(workshop.directory, `home-${user}`);
}
