/**
 * The cgroups of a lab: one directory a lab and below it one a machine, in every hierarchy of this computer. All processes
 * of a lab live there from their first instruction on, which is how `down` finds them and nothing else.
 */
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labError } from './command.ts';
import { kill } from './process-identity.ts';

/** A mounted cgroup hierarchy. `options` are what a second mount of it needs: controllers, or `name=systemd`. */
export type Hierarchy = { readonly version: 1 | 2; readonly path: string; readonly options: string };

/** Reads /proc/self/mountinfo (proc_pid_mountinfo(5)); hierarchies outside /sys/fs/cgroup are left out. */
export function parseHierarchies(mountinfo: string): readonly Hierarchy[] {
  return mountinfo.split('\n').flatMap((line): readonly Hierarchy[] => {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4] ?? '';
    const [type, , superOptions = ''] = after.split(' ');
    if (!path.startsWith('/sys/fs/cgroup')) return [];
    if (type === 'cgroup2') return [{ version: 2, path, options: '' }];
    if (type !== 'cgroup') return [];
    const options = superOptions
      .split(',')
      .filter((option) => /^(name=.*|[a-z_]+)$/.test(option) && !mountFlags.has(option));
    return [{ version: 1, path, options: options.join(',') }];
  });
}

const mountFlags = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'cpuset_v2_mode', 'none']);

export function readHierarchies(): Promise<readonly Hierarchy[]> {
  return readFile('/proc/self/mountinfo', 'utf8').then(parseHierarchies);
}

export function renderHierarchies(hierarchies: readonly Hierarchy[]): string {
  return hierarchies.map(({ version, path, options }) => `${version}:${path}:${options}`).join(' ');
}

/** Directories that a process joins to belong to the group `name` (`lab` or `lab/machine`). */
export function cgroupDirectories(hierarchies: readonly Hierarchy[], name: string): readonly string[] {
  return hierarchies.map(({ path }) => join(path, name));
}

/**
 * Makes the group in every hierarchy; the group above it must exist. `controllers`: hand down the controllers of the group
 * above, which must hold no processes then; a leaf for processes goes without.
 */
export async function makeCgroup(
  hierarchies: readonly Hierarchy[],
  name: string,
  kind: 'controllers' | 'leaf',
): Promise<void> {
  for (const { version, path } of hierarchies) {
    const directory = join(path, name);
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw labError(
        `cgroup ${directory} cannot be made: ${String(error)}`,
        'Run the lab as root, not in a container',
      );
    });
    if (version === 1 && (await exists(join(directory, 'cpuset.cpus')))) await copyCpuset(directory);
    if (version === 2 && kind === 'controllers') await delegateControllers(directory);
  }
}

/** A machine's dockerd can limit only what every group above its own hands down (kernel: cgroup-v2, "Enabling"). */
async function delegateControllers(directory: string): Promise<void> {
  const parent = join(directory, '..');
  const controllers = await readFile(join(parent, 'cgroup.controllers'), 'utf8').catch(() => '');
  for (const controller of controllers.trim().split(' ').filter(Boolean)) {
    // Refused where the parent holds processes, as in a container; Docker then runs without limits.
    await writeFile(join(parent, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

/** A new v1 cpuset is empty and takes no process until it is filled (kernel: cgroup-v1/cpusets). */
async function copyCpuset(directory: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = await readFile(join(directory, '..', file), 'utf8');
    await writeFile(join(directory, file), inherited);
  }
  await writeFile(join(directory, 'cgroup.clone_children'), '1');
}

/** Kills the processes that the group and those below it have now, and says how many there were. */
export async function killCgroup(hierarchies: readonly Hierarchy[], name: string): Promise<number> {
  const groups = await Promise.all(cgroupDirectories(hierarchies, name).map(descendants));
  const processes = new Set((await Promise.all(groups.flat().map(processesIn))).flat());
  for (const pid of processes) kill(pid);
  return processes.size;
}

/**
 * Kills every process of the group and of those below it, then removes them; nothing happens when there are none.
 * Rejects with `lab-failed` when the kernel does not let go within 10 s.
 */
export async function removeCgroup(hierarchies: readonly Hierarchy[], name: string): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const killed = await killCgroup(hierarchies, name);
    if (killed === 0 && (await removeDirectories(hierarchies, name))) return;
    await sleep(10);
  }
  throw labError(`The processes of ${name} do not end`, 'Look for them in /sys/fs/cgroup');
}

/** False while the kernel still holds one of them for a process that is just ending. */
async function removeDirectories(hierarchies: readonly Hierarchy[], name: string): Promise<boolean> {
  for (const directory of cgroupDirectories(hierarchies, name)) {
    for (const group of await descendants(directory)) await rmdir(group).catch(() => undefined);
    if (await exists(directory)) return false;
  }
  return true;
}

/** Processes of the group itself, by id as this computer counts them. */
async function processesIn(directory: string): Promise<readonly number[]> {
  const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
  // 0 stands for a process of another pid namespace; as the target of a kill it would mean this process's own group.
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The directory and all below it, deepest first; empty when it does not exist. */
async function descendants(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => descendants(join(directory, entry.name)));
  return [...(await Promise.all(below)).flat(), directory];
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
