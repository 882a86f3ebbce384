/** A process named so that a recycled process id is never taken for it: id and start time (proc(5), stat field 22). */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessIdentity = {
  readonly pid: number;
  /** Clock ticks from the computer's boot to the process's start. */
  readonly started: number;
};

/** Start time out of /proc/PID/stat; undefined for a zombie, which is as good as gone. */
export function parseStartTime(stat: string): number | undefined {
  // The name in parentheses may hold blanks and parentheses itself; fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = Number(fields[19]);
  return fields[0] === 'Z' || !Number.isInteger(started) ? undefined : started;
}

export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = parseStartTime(stat);
  return started === undefined ? undefined : { pid, started };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.started === identity.started;
}

/** Kills the process if it is still the same one, and resolves when it is gone (at most 10 s). */
export async function killProcess(identity: ProcessIdentity): Promise<void> {
  for (let attempt = 0; attempt < 1000 && (await isRunning(identity)); attempt++) {
    if (attempt === 0) kill(identity.pid);
    await sleep(10);
  }
}

/** Sends SIGKILL; nothing happens when the process has ended meanwhile. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
