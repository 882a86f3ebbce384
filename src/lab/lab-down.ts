/** Takes a lab down, whichever process started it and however far it came. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroup } from './cgroup.ts';
import { runScript } from './command.ts';
import { findPlace, type LabPlace, labCgroup } from './lab-place.ts';
import { allNamespaces } from './network.ts';
import { stateFile } from './state.ts';

/**
 * Takes down the lab in a directory; false when there is none.
 * Rejects with `lab-failed` when its state cannot be read or the kernel does not let go of something.
 */
export async function labDown(directory: string): Promise<boolean> {
  const there = await stat(join(directory, stateFile)).catch(() => undefined);
  if (there === undefined) return false;
  await takeDown(await findPlace(directory));
  return true;
}

/** Ends all processes of the lab, then its namespaces, disks and directory; the state goes last, so a failure can be retried. */
export async function takeDown(place: LabPlace): Promise<void> {
  await removeCgroup(place.hierarchies, labCgroup(place));
  const machines = join(place.directory, 'machines');
  const disks = (await readdir(machines).catch(() => [])).map((name) => join(machines, name, 'disk'));
  const namespaces = allNamespaces(place.state).map((name) => `ip netns del ${name} 2>/dev/null || true`);
  await runScript([...namespaces, ...disks.map(renderDiskRemoval)].join('\n'));
  await rm(machines, { recursive: true, force: true });
  await rm(place.directory, { recursive: true, force: true });
}

/** Lazily only when something of this computer looks into the disk. */
export function renderDiskRemoval(disk: string): string {
  const path = `'${disk.replaceAll("'", "'\\''")}'`;
  return `! mountpoint -q ${path} || umount ${path} 2>/dev/null || umount -l ${path}`;
}
