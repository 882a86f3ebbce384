/** Where a lab's parts are: files in its directory, its cgroups. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cgroupDirectories, type Hierarchy, readHierarchies } from './cgroup.ts';
import { type LabHost, type LabState, readState } from './state.ts';

/** A lab's state together with what this computer says of itself. */
export type LabPlace = {
  /** Absolute path of the lab's directory. */
  readonly directory: string;
  readonly state: LabState;
  readonly hierarchies: readonly Hierarchy[];
};

/** Programs that run inside the lab. */
export const labTemplates = fileURLToPath(new URL('../../templates/lab/', import.meta.url));

/** The lab in a directory; rejects with `lab-failed` when there is none. */
export async function findPlace(directory: string): Promise<LabPlace> {
  return { directory, state: await readState(directory), hierarchies: await readHierarchies() };
}

export function machineDirectory(place: LabPlace, host: LabHost): string {
  return join(place.directory, 'machines', host.name);
}

/** Name of the lab's cgroup, or of the group `part` below it. */
export function labCgroup(place: LabPlace, part = ''): string {
  return join(`route-mesh-lab-${place.state.name}`, part);
}

/** Argument list that runs a command in a cgroup of the lab. */
export function inCgroup(place: LabPlace, part: string, argv: readonly string[]): readonly string[] {
  const directories = cgroupDirectories(place.hierarchies, labCgroup(place, part));
  return ['sh', join(labTemplates, 'in-cgroup'), ...directories, '--', ...argv];
}
