/** Where the password for sudo comes from. Each source is asked once a run, and only when a sudo really asks. */
import { spawn } from 'node:child_process';
import { MeshError } from '../error/mesh-error.ts';
import type { SudoPassword } from '../inventory/connection.ts';

export type PasswordSources = {
  /** Asks the operator without echo; undefined where nobody sits at a terminal. */
  readonly askPassword: ((prompt: string) => Promise<string>) | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Gives the password of a source; undefined for the kind `none`. Rejects with MeshError `sudo-refused`. */
export type PasswordReader = (source: SudoPassword) => Promise<string | undefined>;

const COMMAND_TIMEOUT_MS = 60_000;

/** A reader for one run: what was asked or printed once serves all hosts. */
export function createPasswordReader(sources: PasswordSources): PasswordReader {
  const known = new Map<string, Promise<string>>();
  const once = (key: string, read: () => Promise<string>): Promise<string> => {
    const reading = known.get(key) ?? read();
    known.set(key, reading);
    return reading;
  };
  return async (source) => {
    switch (source.kind) {
      case 'none':
        return undefined;
      case 'given':
        return source.reveal();
      case 'environment':
        return fromEnvironment(source.variable, sources.environment);
      case 'ask':
        return once('ask', () => ask(sources.askPassword));
      case 'command':
        return once(`command ${source.command}`, () => fromCommand(source.command, sources.environment));
    }
  };
}

function fromEnvironment(variable: string, environment: PasswordSources['environment']): string {
  const password = environment[variable];
  if (password !== undefined && password !== '') return password;
  throw new MeshError({
    code: 'sudo-refused',
    message: `sudo asks for a password, and the environment variable ${variable} holds none`,
    cure: `Set ${variable}, or name another source in the inventory.`,
  });
}

async function ask(askPassword: PasswordSources['askPassword']): Promise<string> {
  if (askPassword === undefined) {
    throw new MeshError({
      code: 'sudo-refused',
      message: 'sudo asks for a password, and there is no terminal to ask the operator at',
      cure: 'Take the password from an environment variable or a command in the inventory, or allow sudo without one (NOPASSWD).',
    });
  }
  try {
    return await askPassword('Password for sudo on the hosts: ');
  } catch (error) {
    const [message, cure] = ['The password for sudo was not given', 'Run the command again and type it.'];
    throw new MeshError({ code: 'sudo-refused', message, cure, cause: error });
  }
}

/** First line of the command's output. Its standard error and input stay the operator's: pinentry and gpg need them. */
function fromCommand(command: string, environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], {
      env: environment,
      stdio: ['inherit', 'pipe', 'inherit'],
      timeout: COMMAND_TIMEOUT_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', (error) => reject(commandFailure(error.message)));
    child.on('close', (code, signal) => {
      const [password = ''] = output.split(/\r?\n/);
      if (code === 0 && password !== '') resolve(password);
      else reject(commandFailure(code === 0 ? 'it printed nothing' : `it ended with ${signal ?? code}`));
    });
  });
}

/** Neither the command's text nor its output: both may hold the secret. */
function commandFailure(reason: string): MeshError {
  return new MeshError({
    code: 'sudo-refused',
    message: `The command that gives the sudo password failed: ${reason}`,
    cure: 'Run it by hand and correct it in the inventory.',
  });
}
