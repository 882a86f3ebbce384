/** Becoming root on a host: straight after login, or through sudo with or without a password. */
import { MeshError } from '../error/mesh-error.ts';
import type { Privilege } from '../inventory/connection.ts';
import { type MarkedOutput, type ShellChannel, untilMarker } from './resident-shell.ts';
import { renderGreeting, renderSudoGreeting, sudoPrompt } from './shell-frame.ts';
import type { PasswordReader } from './sudo-password.ts';

export type Login = {
  /** A fresh `sh -s` of the login user; nothing written to it yet. */
  readonly channel: ShellChannel;
  readonly user: string;
  readonly privilege: Privilege;
  /** A word that nobody on the host can guess. */
  readonly marker: string;
  /** Seconds the host may take; the operator's own time at a prompt does not count. */
  readonly timeout: number;
};

/**
 * Makes the shell one of root; when it resolves, the channel carries a root shell that waits for scripts.
 * Rejects with MeshError `sudo-refused` or `host-unreachable`; a wrong password is tried once.
 */
export async function becomeRoot(login: Login, readPassword: PasswordReader): Promise<void> {
  const { channel, privilege, marker } = login;
  const answer = createPromptAnswer(login, readPassword);
  const output = untilMarker(channel, marker, undefined, answer.watch);
  channel.stdin.write(greeting(privilege, marker));
  try {
    const marked = await Promise.race([output.marked, answer.failed]);
    requireRoot(marked, login);
  } catch (error) {
    throw error instanceof MeshError ? error : refusal(error, login, output.complaint(), answer.prompted());
  } finally {
    answer.clear();
    output.stop();
  }
}

function greeting(privilege: Privilege, marker: string): string {
  if (privilege.kind === 'none') return renderGreeting(marker);
  return renderSudoGreeting(marker, privilege.password.kind !== 'none');
}

type PromptAnswer = {
  /** Sees standard error go by. */
  readonly watch: (chunk: Buffer) => void;
  /** Rejects when sudo asks again, the password cannot be had, or the host takes too long. */
  readonly failed: Promise<never>;
  readonly prompted: () => boolean;
  readonly clear: () => void;
};

/** Answers sudo's prompt, once: a second prompt means that the password was wrong, and each further try may lock the user. */
function createPromptAnswer(login: Login, readPassword: PasswordReader): PromptAnswer {
  const { channel, privilege, marker, timeout, user } = login;
  const prompt = sudoPrompt(marker);
  let seen = '';
  let prompted = false;
  let reject: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, fail) => {
    reject = fail;
  });
  // The race may be over before this rejects.
  failed.catch(() => undefined);
  const wait = (): NodeJS.Timeout => setTimeout(() => reject(slowShell(timeout)), timeout * 1000);
  let timer = wait();
  const answer = async (): Promise<void> => {
    clearTimeout(timer);
    const password = privilege.kind === 'sudo' ? await readPassword(privilege.password) : undefined;
    timer = wait();
    channel.stdin.write(`${password ?? ''}\n`);
  };
  const watch = (chunk: Buffer): void => {
    seen += chunk.toString('latin1');
    const at = seen.indexOf(prompt);
    if (at < 0) {
      seen = seen.slice(-prompt.length);
      return;
    }
    seen = seen.slice(at + prompt.length);
    if (prompted) reject(wrongPassword(user));
    else answer().catch(reject);
    prompted = true;
  };
  return { watch, failed, prompted: () => prompted, clear: () => clearTimeout(timer) };
}

function requireRoot(marked: MarkedOutput, login: Login): void {
  if (marked.status === '0') return;
  const { user, privilege } = login;
  if (marked.status === 'no-sudo') {
    throw sudoRefused(`${user} is not root, and sudo is not installed`, 'Log in as root, or install sudo.');
  }
  const message =
    privilege.kind === 'none'
      ? `${user} is not root, and the inventory asks for no sudo`
      : `sudo gave ${user} the user id ${marked.status} instead of root's`;
  throw sudoRefused(message, 'Set `sudo` for this host in the inventory, or log in as root.');
}

/** The shell ended before it greeted. What sudo said tells why; without sudo it was the login shell. */
function refusal(error: unknown, login: Login, complaint: string, prompted: boolean): MeshError {
  const { user, privilege, marker } = login;
  const said = complaint.replaceAll(sudoPrompt(marker), '').trim().split('\n').at(-1)?.trim() ?? '';
  if (privilege.kind === 'sudo' && said !== '') return sudoComplaint(user, said, prompted);
  const why = error instanceof Error ? error.message : String(error);
  return new MeshError({
    code: 'host-unreachable',
    message: `The login shell of ${user} does not run \`exec sh -s\`: ${said === '' ? why : said}`,
    cure: 'Give that user a login shell, and look into its profile for commands that exit.',
    step: 'connect',
  });
}

function sudoComplaint(user: string, said: string, prompted: boolean): MeshError {
  if (prompted && /incorrect password|try again|authentication failure/i.test(said))
    return wrongPassword(user);
  if (/password is required/.test(said)) {
    return sudoRefused(
      `sudo asks ${user} for a password, and the inventory gives none`,
      'Name where the password comes from (sudo_password), or allow sudo without one (NOPASSWD).',
    );
  }
  if (/must have a tty/.test(said)) {
    return sudoRefused(
      `sudo refuses ${user} without a terminal (requiretty)`,
      `Add \`Defaults:${user} !requiretty\` to /etc/sudoers.d on the host.`,
    );
  }
  return sudoRefused(
    `sudo refuses ${user}: ${said}`,
    `Allow it with \`${user} ALL=(ALL) ALL\` in /etc/sudoers.d on the host.`,
  );
}

function wrongPassword(user: string): MeshError {
  return sudoRefused(
    `The password for sudo is not accepted for ${user}`,
    'Correct it; it was tried once and not again, so that the user is not locked.',
  );
}

function slowShell(timeout: number): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `The login shell did not start a POSIX shell within ${timeout} s`,
    cure: 'Look into the profile of that user for commands that wait for input, and into PAM and sudo for lookups that hang.',
    step: 'connect',
  });
}

function sudoRefused(message: string, cure: string): MeshError {
  return new MeshError({ code: 'sudo-refused', message, cure, step: 'connect' });
}
