/**
 * A lab: Docker hosts with real sshd and dockerd on one computer, each in namespaces of its own, and an operator on their
 * segment. Everything that a lab is can be read from its directory, so any process can use it and take it down.
 */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hierarchy, makeCgroup, readHierarchies, removeCgroup } from './cgroup.ts';
import {
  type CommandOptions,
  type CommandResult,
  labError,
  outputOf,
  runCommand,
  runScript,
} from './command.ts';
import { writeContainerImage } from './container-image.ts';
import { dockerDirectory } from './docker-cache.ts';
import type { DockerRelease } from './docker-release.ts';
import { inventoryFile, knownHostsFile, renderInventory, renderKnownHosts } from './lab-inventory.ts';
import {
  bootMachine,
  createMachine,
  execInMachine,
  inCgroup,
  isMachineRunning,
  killMachine,
  type LabPlace,
  labCgroup,
  machineDirectory,
  shutDownMachine,
} from './machine.ts';
import {
  allNamespaces,
  hostAddress,
  hostLimit,
  hubNamespace,
  outsideNamespace,
  renderBackbone,
  renderCable,
  routerNamespace,
} from './network.ts';
import { dockerCache, prepareLab } from './prepare.ts';
import { isLabName, type LabHost, type LabState, readState, stateFile, writeState } from './state.ts';

export type LabOptions = {
  /** Lower-case letters, digits, `-`; at most 31. Labs with different names run side by side. */
  readonly name: string;
  /** 1 to 200. */
  readonly hosts: number;
  /** Docker's release for all hosts, or by host name; hosts not named get `28`. */
  readonly docker: DockerRelease | Readonly<Record<string, DockerRelease>>;
  /** Absolute; must not hold a lab already. */
  readonly directory: string;
  /** 2: every second host lies on another segment behind a router. Default 1. */
  readonly segments?: 1 | 2;
  readonly report?: (line: string) => void;
  /** Aborting takes down what is there and rejects. */
  readonly signal?: AbortSignal;
};

/** Where a command runs: `operator` on the hosts' segment, `outside` beyond the hub, `router` between two segments. */
export type Place = 'operator' | 'outside' | 'router';

export type Lab = {
  readonly name: string;
  readonly directory: string;
  /** Path of the inventory for the operator. */
  readonly inventory: string;
  readonly hosts: readonly LabHost[];
  /** Runs a script (text, by sh) or a command (list) as root in a machine. A non-zero status is a result, not an error. */
  readonly exec: (
    host: string,
    command: string | readonly string[],
    options?: CommandOptions,
  ) => Promise<CommandResult>;
  /** Runs a command of this computer where the operator is, or elsewhere in the lab's network. */
  readonly operator: (
    argv: readonly string[],
    options?: CommandOptions & { readonly place?: Place },
  ) => Promise<CommandResult>;
  /** Boots one more machine and adds it to the inventory. */
  readonly addHost: (options?: {
    readonly docker?: DockerRelease;
    readonly segment?: 1 | 2;
  }) => Promise<LabHost>;
  /** Orderly shutdown and boot; resolves when dockerd answers again. */
  readonly reboot: (host: string) => Promise<void>;
  /** Power cut. */
  readonly kill: (host: string) => Promise<void>;
  /** Power on after `kill`. */
  readonly boot: (host: string) => Promise<void>;
  readonly isRunning: (host: string) => Promise<boolean>;
  /** Pulls the machine's cable at the switch, and plugs it again. */
  readonly linkDown: (host: string) => Promise<void>;
  readonly linkUp: (host: string) => Promise<void>;
  /** Ends and removes everything; safe to call twice. */
  readonly down: () => Promise<void>;
};

/** Starts a lab; when that fails or is aborted, nothing of it is left. Rejects with `lab-failed`. */
export async function labUp(options: LabOptions): Promise<Lab> {
  const report = options.report ?? (() => undefined);
  const { name, directory, signal } = options;
  if (!isLabName(name))
    throw labError(`${name} is no name for a lab`, 'Use lower-case letters, digits and -');
  if (!Number.isInteger(options.hosts) || options.hosts < 1 || options.hosts > hostLimit) {
    throw labError(`A lab has 1 to ${hostLimit} hosts, not ${options.hosts}`);
  }
  const numbers = Array.from({ length: options.hosts }, (_, position) => position + 1);
  const releases = numbers.map((number) => releaseFor(options, `h${number}`));
  const versions = await prepareLab(releases, report);
  const segments = options.segments ?? 1;
  const hosts = numbers.map((number, position): LabHost => {
    const segment = segments === 2 && number % 2 === 0 ? 2 : 1;
    const docker = releases[position] ?? '28';
    return newHost(number, segment, docker, versions.get(docker) ?? '');
  });
  const state: LabState = { format: 1, name, segments, hosts };
  await claimDirectory(directory, state);
  const hierarchies = await readHierarchies();
  try {
    await raise(directory, state, hierarchies, report, signal);
    return labOf(directory, state, hierarchies);
  } catch (error) {
    report('taking down what was started');
    await takeDown(directory, state, hierarchies);
    throw error;
  }
}

function releaseFor(options: LabOptions, host: string): DockerRelease {
  return typeof options.docker === 'string' ? options.docker : (options.docker[host] ?? '28');
}

function newHost(index: number, segment: 1 | 2, docker: DockerRelease, dockerVersion: string): LabHost {
  return { name: `h${index}`, index, address: hostAddress(segment, index), segment, docker, dockerVersion };
}

/** Writes the state first: from here on `lab down` finds whatever was begun. */
async function claimDirectory(directory: string, state: LabState): Promise<void> {
  const taken = await stat(join(directory, stateFile)).catch(() => undefined);
  if (taken)
    throw labError(`There is a lab in ${directory}`, 'Take it down first with `route-mesh lab down`');
  const namespace = await stat(join('/run/netns', hubNamespace(state.name))).catch(() => undefined);
  if (namespace) throw labError(`A lab named ${state.name} runs in another directory`, 'Choose another name');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeState(directory, state);
}

async function raise(
  directory: string,
  state: LabState,
  hierarchies: readonly Hierarchy[],
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = placeOf(directory, state, hierarchies);
  await makeCgroup(hierarchies, labCgroup(state.name), 'controllers');
  await makeCgroup(hierarchies, join(labCgroup(state.name), 'operator'), 'leaf');
  await runScript(renderBackbone(state));
  await outputOf([
    'ssh-keygen',
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'operator',
    '-f',
    join(directory, 'id'),
  ]);
  await writeContainerImage(directory);
  signal?.throwIfAborted();
  await abortable(signal, Promise.all(state.hosts.map((host) => startMachine(place, host, report))));
  await writeInventory(place);
}

async function startMachine(place: LabPlace, host: LabHost, report: (line: string) => void): Promise<void> {
  await createMachine(place, host);
  await bootMachine(place, host);
  report(`${host.name} ${host.address} runs Docker ${host.dockerVersion}`);
}

/** Rejects as soon as the signal is aborted, though the work has not ended: taking down ends it. */
function abortable<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(labError('The lab was interrupted')), { once: true });
    work.then(resolve, reject);
  });
}

async function writeInventory(place: LabPlace): Promise<void> {
  const keys = new Map<string, string>();
  for (const host of place.state.hosts) {
    const path = join(machineDirectory(place, host), 'ssh_host_ed25519_key.pub');
    keys.set(host.name, await readFile(path, 'utf8'));
  }
  await writeFile(join(place.directory, knownHostsFile), renderKnownHosts(place.state, keys));
  await writeFile(join(place.directory, inventoryFile), renderInventory(place.state, place.directory));
}

function placeOf(directory: string, state: LabState, hierarchies: readonly Hierarchy[]): LabPlace {
  return {
    directory,
    state,
    hierarchies,
    dockerDirectory: (host) => dockerDirectory(dockerCache, host.docker),
  };
}

/** The lab that runs in a directory, started by whichever process. Rejects with `lab-failed` when there is none. */
export async function openLab(directory: string): Promise<Lab> {
  return labOf(directory, await readState(directory), await readHierarchies());
}

function labOf(directory: string, initial: LabState, hierarchies: readonly Hierarchy[]): Lab {
  let place = placeOf(directory, initial, hierarchies);
  const find = (name: string): LabHost => {
    const host = place.state.hosts.find((candidate) => candidate.name === name);
    if (!host) throw labError(`The lab ${initial.name} has no host ${name}`);
    return host;
  };
  const cable = async (name: string, plugged: boolean) => {
    await runScript(renderCable(place.state, find(name), plugged));
  };
  return {
    name: initial.name,
    directory,
    inventory: join(directory, inventoryFile),
    get hosts() {
      return place.state.hosts;
    },
    exec: async (name, command, options) => {
      const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
      return execInMachine(place, find(name), argv, options);
    },
    operator: (argv, options) => runInNetwork(place, argv, options),
    addHost: async (options = {}) => {
      const host = await nextHost(place.state, options);
      place = placeOf(directory, { ...place.state, hosts: [...place.state.hosts, host] }, hierarchies);
      await writeState(directory, place.state);
      await startMachine(place, host, () => undefined);
      await writeInventory(place);
      return host;
    },
    reboot: async (name) => {
      await shutDownMachine(place, find(name));
      await bootMachine(place, find(name));
    },
    kill: async (name) => killMachine(place, find(name)),
    boot: async (name) => bootMachine(place, find(name)),
    isRunning: async (name) => isMachineRunning(place, find(name)),
    linkDown: (name) => cable(name, false),
    linkUp: (name) => cable(name, true),
    down: () => takeDown(directory, place.state, hierarchies),
  };
}

async function nextHost(
  state: LabState,
  options: { readonly docker?: DockerRelease; readonly segment?: 1 | 2 },
): Promise<LabHost> {
  const last = state.hosts.at(-1);
  const docker = options.docker ?? last?.docker ?? '28';
  const versions = await prepareLab([docker]);
  return newHost((last?.index ?? 0) + 1, options.segment ?? 1, docker, versions.get(docker) ?? '');
}

function runInNetwork(
  place: LabPlace,
  argv: readonly string[],
  options: CommandOptions & { readonly place?: Place } = {},
): Promise<CommandResult> {
  const { name } = place.state;
  const names = {
    operator: hubNamespace(name),
    outside: outsideNamespace(name),
    router: routerNamespace(name),
  };
  const enter = ['nsenter', `--net=/run/netns/${names[options.place ?? 'operator']}`, '--'];
  const cgroup = join(labCgroup(name), 'operator');
  return runCommand(inCgroup(place, cgroup, [...enter, ...argv]), options);
}

/** Ends all processes of the lab, then its namespaces, mounts, cgroups and directory; skips what is not there. */
async function takeDown(
  directory: string,
  state: LabState,
  hierarchies: readonly Hierarchy[],
): Promise<void> {
  const place = placeOf(directory, state, hierarchies);
  await removeCgroup(hierarchies, labCgroup(state.name));
  const namespaces = allNamespaces(state).map((name) => `ip netns del ${name} 2>/dev/null || true`);
  const mounts = state.hosts.map((host) => {
    const disk = join(machineDirectory(place, host), 'disk');
    return `! mountpoint -q '${disk}' || umount '${disk}' || umount -l '${disk}'`;
  });
  await runScript([...namespaces, ...mounts].join('\n'));
  await rm(directory, { recursive: true, force: true });
}
