/** Runs programs of this computer: `ip`, `nsenter`, `mount`, `apt-get`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { MeshError } from '../error/mesh-error.ts';
import { kill } from './process-identity.ts';

export type CommandResult = {
  /** Exit status; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type CommandOptions = {
  /** Seconds until the whole process group is killed; default 60. */
  readonly timeout?: number;
  /** Whole environment; left out: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  readonly directory?: string;
};

/** Resolves with the result, whatever the exit status; rejects with `lab-failed` on a missing program or a timeout. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, {
    detached: true,
    stdio: 'pipe',
    ...(options.env ? { env: options.env } : {}),
    ...(options.directory ? { cwd: options.directory } : {}),
  });
  // A program that ends before it has read its input closes the pipe; its exit status tells the story.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return collect(child, argv, options.timeout ?? 60);
}

function collect(child: ChildProcess, argv: readonly string[], timeout: number): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    const timer = setTimeout(() => {
      killGroup(child);
      reject(labError(`${commandText(argv)} did not end within ${timeout} s`));
    }, timeout * 1000);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(labError(`${argv[0] ?? ''} cannot be run: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const stdout = Buffer.concat(output.stdout).toString();
      const stderr = Buffer.concat(output.stderr).toString();
      resolve({ code: exitStatus(code, signal), stdout, stderr });
    });
  });
}

/**
 * Runs a command on this process's own terminal and resolves with its exit status. Ctrl-C goes to the command, which decides
 * what it means; this process waits.
 */
export async function attachCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const [program = '', ...rest] = argv;
  const wait = () => undefined;
  process.on('SIGINT', wait);
  try {
    const child = spawn(program, rest, { stdio: 'inherit', env });
    return await new Promise((resolve, reject) => {
      child.on('error', (error) => reject(labError(`${program} cannot be run: ${error.message}`)));
      child.on('close', (code, signal) => resolve(exitStatus(code, signal)));
    });
  } finally {
    process.off('SIGINT', wait);
  }
}

function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Every child leads a process group of its own, so this reaches what it started too. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) kill(-child.pid);
}

/** Standard output of a command that must succeed; rejects with `lab-failed` and what it printed otherwise. */
export async function outputOf(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-5).join('; ');
  throw labError(`${commandText(argv)} failed with status ${result.code}: ${said}`);
}

/** Runs a shell script that must succeed, as one process, and gives its standard output. */
export function runScript(script: string, options: CommandOptions = {}): Promise<string> {
  return outputOf(['sh', '-eu', '-s'], { ...options, stdin: script });
}

export function labError(message: string, cure?: string): MeshError {
  return new MeshError({ code: 'lab-failed', message, ...(cure ? { cure } : {}) });
}

function commandText(argv: readonly string[]): string {
  const text = argv.join(' ');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
