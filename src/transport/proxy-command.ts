/** ProxyCommand (ssh_config(5)): a program of the operator whose standard input and output are the connection. */
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

export type ProxyConnection = {
  readonly stream: Duplex;
  /** The last line the command wrote to standard error; empty when it wrote none. */
  readonly complaint: () => string;
};

/** Kept of the command's standard error, for the one line that errors quote. */
const COMPLAINT_BYTES = 4096;

/** How long a command whose output has ended may take to end itself. */
const LAST_WORDS_MS = 200;

/** Starts the command, tokens expanded, as OpenSSH does: `exec` in a shell. Destroying the stream ends it (SIGHUP). */
export function startProxyCommand(command: string, environment: NodeJS.ProcessEnv): ProxyConnection {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { env: environment, stdio: 'pipe' });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-COMPLAINT_BYTES);
  });
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk, _encoding, done) => {
      child.stdin.write(chunk, done);
    },
    final: (done) => {
      child.stdin.end(done);
    },
    destroy: (error, done) => {
      child.kill('SIGHUP');
      child.stdout.destroy();
      child.stdin.destroy();
      child.stderr.destroy();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  // The end of its output must not overtake the words that explain it, which come on another pipe.
  let grace: NodeJS.Timeout | undefined;
  child.stdout.on('end', () => {
    grace = setTimeout(() => stream.push(null), LAST_WORDS_MS);
  });
  child.on('close', () => {
    clearTimeout(grace);
    stream.push(null);
    setImmediate(() => stream.destroy());
  });
  child.on('error', (error) => stream.destroy(error));
  // A command that ends while we write is seen by its end of output; EPIPE adds nothing.
  child.stdin.on('error', () => undefined);
  return { stream, complaint: () => errors.trim().split('\n').at(-1)?.trim() ?? '' };
}
