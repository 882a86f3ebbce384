/**
 * A lab for the suites of one test file: started before the first test, taken down after the last one, and also when the
 * tests are stopped. What a killed run left behind, the next one removes.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../src/lab/lab.ts';
import { labDown } from '../../src/lab/lab-down.ts';
import { type LabOptions, labUp } from '../../src/lab/lab-up.ts';
import { identifyProcess } from '../../src/lab/process-identity.ts';

type Suite = {
  readonly before: (hook: () => Promise<void>) => void;
  readonly after: (hook: () => Promise<void>) => void;
};

const prefix = 'route-mesh-lab-test-';
let counter = 0;

/** Starts a lab. Name and directory carry this process's id and start time. Take it down with {@link Lab.down}. */
export async function startTestLab(options: Omit<LabOptions, 'name' | 'directory'>): Promise<Lab> {
  await removeAbandoned();
  const { pid, started = 0 } = (await identifyProcess(process.pid)) ?? { pid: process.pid };
  counter += 1;
  const directory = join(tmpdir(), `${prefix}${pid}-${started}-${counter}`);
  const interrupted = new AbortController();
  const forget = onStop(directory, interrupted);
  const lab = await labUp({
    ...options,
    name: `test-${pid}-${counter}`,
    directory,
    signal: interrupted.signal,
  });
  return {
    ...lab,
    get hosts() {
      return lab.hosts;
    },
    down: async () => {
      await lab.down();
      forget();
    },
  };
}

/** A lab for a suite; the function gives it to tests once the suite has begun. */
export function useLab(suite: Suite, options: Omit<LabOptions, 'name' | 'directory'>): () => Lab {
  let lab: Lab | undefined;
  suite.before(async () => {
    lab = await startTestLab(options);
  });
  suite.after(async () => {
    await lab?.down();
    lab = undefined;
  });
  return () => {
    if (lab === undefined) throw new Error('the lab is not up: it lives from before to after of its suite');
    return lab;
  };
}

/** Takes the lab down on SIGINT, SIGTERM, SIGHUP and on an exit that skipped `down`. */
function onStop(directory: string, interrupted: AbortController): () => void {
  const leave = () => process.exit(1);
  const remove = () => {
    interrupted.abort();
    const program = fileURLToPath(new URL('./lab-remove.ts', import.meta.url));
    spawnSync(process.execPath, ['--import', 'tsx', program, directory], { stdio: 'inherit' });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, leave);
  process.once('exit', remove);
  return () => {
    for (const signal of signals) process.off(signal, leave);
    process.off('exit', remove);
  };
}

/** Labs of test processes that are gone. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const [pid = 0, started = 0] = name.slice(prefix.length).split('-').map(Number);
    if ((await identifyProcess(pid))?.started !== started) await labDown(join(tmpdir(), name));
  }
}
