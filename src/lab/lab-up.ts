/** Starts a lab. */
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killCgroup, makeCgroup, readHierarchies } from './cgroup.ts';
import { labError, outputOf, runScript } from './command.ts';
import { writeContainerImage } from './container-image.ts';
import type { DockerRelease } from './docker-release.ts';
import { type Lab, openLab } from './lab.ts';
import { takeDown } from './lab-down.ts';
import { writeInventory } from './lab-inventory.ts';
import { inCgroup, type LabPlace, labCgroup, labTemplates } from './lab-place.ts';
import { startMachine } from './machine.ts';
import {
  enterNamespace,
  hostLimit,
  hubNamespace,
  operatorAddress,
  outsideAddress,
  outsideNamespace,
  planHost,
  renderBackbone,
} from './network.ts';
import { prepareLab } from './prepare.ts';
import { writeSshKey } from './ssh-key.ts';
import { isLabName, type LabState, stateFile, writeState } from './state.ts';

export type LabOptions = {
  /** Lower-case letters, digits, `-`; at most 31. Labs with different names run side by side. */
  readonly name: string;
  /** 1 to 200. */
  readonly hosts: number;
  /** Docker's release for all hosts, or by host name; hosts not named get `28`. Default `28`. */
  readonly docker?: DockerRelease | Readonly<Record<string, DockerRelease>>;
  /** Absolute; must not hold a lab already. */
  readonly directory: string;
  /** 2: every second host lies on another segment, behind a router. Default 1. */
  readonly segments?: 1 | 2;
  /** Size of each machine's disk in MiB, its memory being used only as it fills; default 1024. */
  readonly diskSize?: number;
  /** Told one line for each step that takes time. */
  readonly report?: (line: string) => void;
  /** Aborting takes down what is there and rejects. */
  readonly signal?: AbortSignal;
};

/**
 * Starts a lab and resolves when sshd and dockerd of every host answer. When that fails or is aborted, nothing of it is
 * left. Rejects with `lab-failed`.
 */
export async function labUp(options: LabOptions): Promise<Lab> {
  const { directory, report = () => undefined, signal = new AbortController().signal } = options;
  checkOptions(options);
  const state = await planLab(options, report);
  const place = { directory, state, hierarchies: await readHierarchies() };
  await claimDirectory(place);
  try {
    await raise(place, report, signal);
    return await openLab(directory);
  } catch (error) {
    report('taking down what was started');
    await takeDown(place);
    throw signal.aborted ? labError('The start of the lab was interrupted') : error;
  }
}

function checkOptions({ name, hosts, diskSize = 1024 }: LabOptions): void {
  if (!isLabName(name))
    throw labError(`"${name}" is no name for a lab`, 'Use lower-case letters, digits and -');
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > hostLimit) {
    throw labError(`A lab has 1 to ${hostLimit} hosts, not ${hosts}`);
  }
  if (!Number.isInteger(diskSize) || diskSize < 64)
    throw labError(`A disk has at least 64 MiB, not ${diskSize}`);
}

async function planLab(options: LabOptions, report: (line: string) => void): Promise<LabState> {
  const { name, docker = '28', segments = 1, diskSize = 1024 } = options;
  const indices = Array.from({ length: options.hosts }, (_, position) => position + 1);
  const releaseOfHost = (index: number) =>
    typeof docker === 'string' ? docker : (docker[`h${index}`] ?? '28');
  const versions = await prepareLab(indices.map(releaseOfHost), report);
  const hosts = indices.map((index) => {
    const release = releaseOfHost(index);
    return planHost(index, segments === 2 && index % 2 === 0 ? 2 : 1, release, versions.get(release) ?? '');
  });
  return { format: 1, name, segments, diskSize, hosts };
}

/** Writes the state before anything is made: from here on `lab down` finds whatever was begun. */
async function claimDirectory({ directory, state }: LabPlace): Promise<void> {
  const taken = await stat(join(directory, stateFile)).catch(() => undefined);
  if (taken)
    throw labError(`There is a lab in ${directory}`, 'Take it down first with `route-mesh lab down`');
  const namespace = await stat(join('/run/netns', hubNamespace(state.name))).catch(() => undefined);
  if (namespace) throw labError(`A lab named ${state.name} runs in another directory`, 'Choose another name');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeState(directory, state);
}

async function raise(place: LabPlace, report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { directory, state, hierarchies } = place;
  await makeCgroup(hierarchies, labCgroup(place), 'controllers');
  await makeCgroup(hierarchies, labCgroup(place, 'operator'), 'leaf');
  await runScript(renderBackbone(state));
  await writeSshKey(join(directory, 'id'), 'operator');
  await writeContainerImage(directory);
  await startWorld(place);
  await startAll(place, report, signal);
  await writeInventory(place);
}

/** Boots all machines at once. When one fails or the start is aborted, none is left booting. */
async function startAll(place: LabPlace, report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const machines = place.state.hosts.map((host) =>
    startMachine(place, host, stop).then(() => {
      report(`${host.name} ${host.address} runs Docker ${host.dockerVersion}`);
    }),
  );
  try {
    await Promise.race([Promise.all(machines), whenAborted(stop)]);
  } catch (error) {
    failed.abort();
    await killUntil(place, Promise.allSettled(machines));
    throw error;
  }
}

/** A machine that was just started may not have joined the lab's cgroups yet, so killing goes on until all have ended. */
async function killUntil(place: LabPlace, ended: Promise<unknown>): Promise<void> {
  let killing = true;
  const end = ended.then(() => {
    killing = false;
  });
  while (killing) {
    await killCgroup(place.hierarchies, labCgroup(place));
    await Promise.race([end, sleep(20)]);
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(labError('The start of the lab was interrupted'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

/** Web servers outside the mesh that answer with the client's address: on the hosts' segment and beyond it. */
async function startWorld(place: LabPlace): Promise<void> {
  const pages = join(place.directory, 'www');
  await mkdir(join(pages, 'cgi-bin'), { recursive: true });
  await copyFile(join(labTemplates, 'container/cgi'), join(pages, 'cgi-bin/peer'));
  await chmod(join(pages, 'cgi-bin/peer'), 0o755);
  const { name } = place.state;
  const places = [
    { namespace: hubNamespace(name), address: operatorAddress },
    { namespace: outsideNamespace(name), address: outsideAddress },
  ];
  for (const { namespace, address } of places) {
    const server = ['busybox', 'httpd', '-p', `${address}:80`, '-h', pages];
    await outputOf(inCgroup(place, 'operator', [...enterNamespace(namespace), ...server]));
  }
}
