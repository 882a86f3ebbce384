import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildMessage } from './messages.ts';
import { type Ending, judge, type Verdict } from './verdict.ts';

/** One test file, run. */
export interface FileRun extends Verdict {
  readonly file: string;
  readonly milliseconds: number;
  /** stdout and stderr as they came, the last part of them when long. */
  readonly output: string;
}

/** How one test file is run. */
export interface FileRunOptions {
  readonly limitSeconds: number;
  /** How long a process may live on after its suites are done. */
  readonly lingerSeconds: number;
  /** Ends the run; its reason is shown. */
  readonly signal: AbortSignal;
  readonly onMessage?: (message: ChildMessage) => void;
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));
const keptOutput = 200_000;
/** Time between SIGTERM, on which a test removes what it made, and SIGKILL. */
const graceSeconds = 15;

/**
 * Runs a test file in a process group of its own and judges it.
 * @param file path from the current directory, which becomes the child's
 * @returns never rejects; whatever goes wrong is a failure in the verdict
 */
export async function runFile(file: string, options: FileRunOptions): Promise<FileRun> {
  if (options.signal.aborted) {
    const verdict = judge([], { kind: 'stopped', reason: String(options.signal.reason) });
    return { file, ...verdict, milliseconds: 0, output: '' };
  }
  const start = performance.now();
  const messages: ChildMessage[] = [];
  const spawned = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', child, file], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const readOutput = collectOutput(spawned);
  const ending = await superviseChild(spawned, options, (message) => {
    messages.push(message);
    options.onMessage?.(message);
  });
  const verdict = judge(messages, ending);
  return { file, ...verdict, milliseconds: performance.now() - start, output: readOutput() };
}

function collectOutput(spawned: ChildProcess): () => string {
  let output = '';
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-keptOutput);
  };
  spawned.stdout?.setEncoding('utf8').on('data', keep);
  spawned.stderr?.setEncoding('utf8').on('data', keep);
  return () => output;
}

function superviseChild(
  spawned: ChildProcess,
  options: FileRunOptions,
  onMessage: (message: ChildMessage) => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    let forced: Ending | undefined;
    const end = (ending: Ending): void => {
      if (forced !== undefined) return;
      forced = ending;
      spawned.kill('SIGTERM');
      timers.push(setTimeout(() => killGroup(spawned), graceSeconds * 1000));
    };
    const timers = [
      setTimeout(() => end({ kind: 'limit', seconds: options.limitSeconds }), options.limitSeconds * 1000),
    ];
    const onAbort = (): void => end({ kind: 'stopped', reason: String(options.signal.reason) });
    options.signal.addEventListener('abort', onAbort);
    spawned.on('message', (message: ChildMessage) => {
      onMessage(message);
      if (message.kind === 'ended') {
        timers.push(setTimeout(() => end({ kind: 'lingering' }), options.lingerSeconds * 1000));
      }
    });
    spawned.on('exit', (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      killGroup(spawned);
      outputClosed(spawned, options.lingerSeconds, (closed) =>
        resolve(forced ?? (closed ? { kind: 'exit', code, signal } : { kind: 'outlived' })),
      );
    });
    spawned.on('error', (error) => resolve({ kind: 'stopped', reason: error.message }));
  });
}

/** Waits for the last output of a process that has exited; another process may hold the pipes open for ever. */
function outputClosed(spawned: ChildProcess, seconds: number, done: (closed: boolean) => void): void {
  const timer = setTimeout(() => {
    done(false);
    for (const stream of [spawned.stdout, spawned.stderr]) stream?.destroy();
  }, seconds * 1000);
  spawned.on('close', () => {
    clearTimeout(timer);
    done(true);
  });
}

/** Ends what a test file left behind in its process group, itself included. */
function killGroup(spawned: ChildProcess): void {
  if (spawned.pid === undefined) return;
  try {
    process.kill(-spawned.pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left, as it should be.
  }
}
