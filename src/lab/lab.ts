/**
 * A lab: Docker hosts with real sshd and dockerd on one computer, each in namespaces of its own, and an operator on their
 * segment. Everything that a lab is can be read from its directory, so any process can use it and take it down.
 */
import { join } from 'node:path';
import {
  attachCommand,
  type CommandOptions,
  type CommandResult,
  labError,
  runCommand,
  runScript,
} from './command.ts';
import type { DockerRelease } from './docker-release.ts';
import { labDown, renderDiskRemoval } from './lab-down.ts';
import { inventoryFile, writeInventory } from './lab-inventory.ts';
import { findPlace, inCgroup, type LabPlace, machineDirectory } from './lab-place.ts';
import {
  bootMachine,
  inMachine,
  isMachineRunning,
  killMachine,
  shutDownMachine,
  startMachine,
} from './machine.ts';
import {
  enterNamespace,
  hubNamespace,
  outsideNamespace,
  planHost,
  renderCable,
  routerNamespace,
} from './network.ts';
import { prepareLab } from './prepare.ts';
import { type LabHost, type LabState, writeState } from './state.ts';

/** Parts of the lab's network that are no machines: the operator on the hosts' segment, the world beyond, the router. */
export type LabNetwork = 'operator' | 'outside' | 'router';

export type NewHost = { readonly docker?: DockerRelease; readonly segment?: 1 | 2 };

/** Functions that name a host or a part that the lab does not have reject with `lab-failed`. */
export type Lab = {
  readonly name: string;
  readonly directory: string;
  /** Path of the inventory for the operator. */
  readonly inventory: string;
  readonly hosts: readonly LabHost[];
  /**
   * Runs a script (text, by sh) or a command (list) as root in a machine. A non-zero status is a result, not an error.
   * It has ended when its output is closed: what goes on in the background must write elsewhere.
   */
  readonly exec: (
    host: string,
    command: string | readonly string[],
    options?: CommandOptions,
  ) => Promise<CommandResult>;
  /** Runs a command of this computer in the operator's network, or elsewhere; the same rules as for `exec`. */
  readonly operator: (
    argv: readonly string[],
    options?: CommandOptions & { readonly network?: LabNetwork },
  ) => Promise<CommandResult>;
  /** As `exec` and `operator`, on this process's own terminal; resolves with the exit status. */
  readonly attach: (where: string, argv: readonly string[], env?: NodeJS.ProcessEnv) => Promise<number>;
  /** Boots one more machine and adds it to the inventory. */
  readonly addHost: (options?: NewHost) => Promise<LabHost>;
  /** Orderly shutdown, then boot. */
  readonly reboot: (host: string) => Promise<void>;
  /** Power cut. */
  readonly kill: (host: string) => Promise<void>;
  /** Power on after `kill`; resolves when what is enabled has been started. */
  readonly boot: (host: string) => Promise<void>;
  readonly isRunning: (host: string) => Promise<boolean>;
  /** Pulls the machine's cable at the switch, and plugs it again. */
  readonly linkDown: (host: string) => Promise<void>;
  readonly linkUp: (host: string) => Promise<void>;
  /** Ends and removes everything; safe to call twice. */
  readonly down: () => Promise<void>;
};

/** The lab in a directory, started by whichever process. Rejects with `lab-failed` when there is none. */
export async function openLab(directory: string): Promise<Lab> {
  let place = await findPlace(directory);
  const { name } = place.state;
  const find = (host: string) => findHost(place.state, host);
  const cable = async (host: string, plugged: boolean) => {
    await runScript(renderCable(place.state, find(host), plugged));
  };
  return {
    name,
    directory,
    inventory: join(directory, inventoryFile),
    get hosts() {
      return place.state.hosts;
    },
    exec: async (host, command, options) => {
      const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
      return runCommand(await inMachine(place, find(host), argv), options);
    },
    operator: async (argv, options) =>
      runCommand(inNetwork(place, options?.network ?? 'operator', argv), options),
    attach: async (where, argv, env) => attachCommand(await inLab(place, where, argv), env),
    addHost: async (options) => {
      place = await extend(place, options);
      return findHost(place.state, place.state.hosts.at(-1)?.name ?? '');
    },
    reboot: async (host) => {
      await shutDownMachine(place, find(host));
      await bootMachine(place, find(host));
    },
    kill: async (host) => killMachine(place, find(host)),
    boot: async (host) => {
      await bootMachine(place, find(host));
    },
    isRunning: async (host) => isMachineRunning(place, find(host)),
    linkDown: (host) => cable(host, false),
    linkUp: (host) => cable(host, true),
    down: async () => {
      await labDown(directory);
    },
  };
}

function findHost(state: LabState, name: string): LabHost {
  const host = state.hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  const names = state.hosts.map((candidate) => candidate.name).join(', ');
  throw labError(`The lab ${state.name} has no host ${name}; it has ${names}`);
}

async function inLab(place: LabPlace, where: string, argv: readonly string[]): Promise<readonly string[]> {
  if (where === 'operator' || where === 'outside' || where === 'router') return inNetwork(place, where, argv);
  return inMachine(place, findHost(place.state, where), argv);
}

function inNetwork(place: LabPlace, network: LabNetwork, argv: readonly string[]): readonly string[] {
  const { name, segments } = place.state;
  if (network === 'router' && segments === 1) throw labError(`The lab ${name} has one segment and no router`);
  const names = { operator: hubNamespace, outside: outsideNamespace, router: routerNamespace };
  return inCgroup(place, 'operator', [...enterNamespace(names[network](name)), ...argv]);
}

/** The place with one more machine, running. When that does not start, the lab is as it was. */
async function extend(place: LabPlace, options: NewHost = {}): Promise<LabPlace> {
  const { state, directory } = place;
  const last = state.hosts.at(-1);
  const docker = options.docker ?? last?.docker ?? '28';
  const versions = await prepareLab([docker]);
  const host = planHost((last?.index ?? 0) + 1, options.segment ?? 1, docker, versions.get(docker) ?? '');
  const larger = { ...place, state: { ...state, hosts: [...state.hosts, host] } };
  await writeState(directory, larger.state);
  try {
    await startMachine(larger, host);
    await writeInventory(larger);
    return larger;
  } catch (error) {
    await killMachine(larger, host);
    await runScript(renderDiskRemoval(join(machineDirectory(larger, host), 'disk')));
    await writeState(directory, state);
    throw error;
  }
}
