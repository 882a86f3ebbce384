/** A shell kept open on a host: one round trip a script, one script after the other. Any transport can carry it. */
import type { Readable, Writable } from 'node:stream';
import { MeshError } from '../error/mesh-error.ts';
import type { RunOptions, ScriptResult } from './session.ts';
import { LineFeed, MarkerScanner, renderStep } from './shell-frame.ts';

/** A running command and its three streams: a channel of ssh2, or a child process. */
export type ShellChannel = {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command or the connection below it has ended, with what was seen. */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  readonly destroy: () => void;
};

export type ResidentShell = {
  /** As in Session; the MeshErrors name the step and no host. */
  readonly run: (script: string, options: RunOptions) => Promise<ScriptResult>;
};

export type MarkedOutput = {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** The word after the marker on standard output. */
  readonly status: string;
};

/** Kept of a broken step's standard error, for the error. */
const COMPLAINT_CHARACTERS = 300;

/**
 * Takes over a shell that has greeted. `nextMarker` gives a new, unguessable word for every step: letters and digits.
 */
export function createResidentShell(channel: ShellChannel, nextMarker: () => string): ResidentShell {
  let last: Promise<unknown> = Promise.resolve();
  const run: ResidentShell['run'] = (script, options) => {
    const step = last.then(() => runStep(channel, script, nextMarker(), options));
    last = step.catch(() => undefined);
    return step;
  };
  return { run };
}

async function runStep(
  channel: ShellChannel,
  script: string,
  marker: string,
  options: RunOptions,
): Promise<ScriptResult> {
  const { step, timeout, onLine } = options;
  const feed = onLine === undefined ? undefined : new LineFeed(marker, onLine);
  const output = untilMarker(channel, marker, (chunk) => feed?.push(chunk));
  channel.stdin.write(renderStep(script, marker));
  const limit = timeLimit(timeout, step, channel);
  try {
    const { stdout, stderr, status } = await Promise.race([output.marked, limit.expired]);
    return { code: Number(status), stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
  } catch (error) {
    throw error instanceof MeshError ? error : lost(error, step, output.complaint());
  } finally {
    limit.clear();
    output.stop();
  }
}

/** Gathers both streams until each has shown the marker; rejects with a plain Error when the command ends before. */
export function untilMarker(
  channel: ShellChannel,
  marker: string,
  onStdout: (chunk: Buffer) => void = () => undefined,
  onStderr: (chunk: Buffer) => void = () => undefined,
): { readonly marked: Promise<MarkedOutput>; readonly complaint: () => string; readonly stop: () => void } {
  const out = new MarkerScanner(marker);
  const err = new MarkerScanner(marker);
  const stops: (() => void)[] = [];
  const follow = (stream: Readable, scanner: MarkerScanner, onData: (chunk: Buffer) => void) =>
    new Promise<{ readonly content: Buffer; readonly status: string }>((resolve) => {
      const take = (chunk: Buffer): void => {
        onData(chunk);
        const framed = scanner.push(chunk);
        if (framed === undefined) return;
        stream.off('data', take);
        // What background processes write between the steps belongs to nobody; unread, it would fill the channel.
        stream.resume();
        resolve(framed);
      };
      stream.on('data', take);
      stops.push(() => stream.off('data', take));
    });
  const both = Promise.all([follow(channel.stdout, out, onStdout), follow(channel.stderr, err, onStderr)]);
  const broken = channel.ended.then((why): never => {
    throw new Error(why);
  });
  const marked = Promise.race([both, broken]).then(([stdout, stderr]) => ({
    stdout: stdout.content,
    stderr: stderr.content,
    status: stdout.status,
  }));
  const stop = (): void => {
    for (const end of stops) end();
    channel.stdout.resume();
    channel.stderr.resume();
  };
  return { marked, complaint: () => err.lastText(COMPLAINT_CHARACTERS).trim(), stop };
}

function timeLimit(
  seconds: number,
  step: string,
  channel: ShellChannel,
): { readonly expired: Promise<never>; readonly clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new MeshError({
          code: 'step-timeout',
          message: `The step did not end within ${seconds} s; the connection was closed, the script may still run`,
          cure: 'Look what hangs on the host, then run the command again.',
          step,
        }),
      );
      channel.destroy();
    }, seconds * 1000);
  });
  return { expired, clear: () => clearTimeout(timer) };
}

function lost(error: unknown, step: string, complaint: string): MeshError {
  const why = error instanceof Error ? error.message : String(error);
  const said = complaint === '' ? '' : `; last on its standard error: ${complaint}`;
  return new MeshError({
    code: 'connection-lost',
    message: `The connection was lost during the step: ${why}${said}`,
    cure: 'Check that the host is up, then run the command again: it finishes what was begun.',
    step,
  });
}
