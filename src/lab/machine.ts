/** One machine of a lab: power on, power off, commands inside. */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCgroup, removeCgroup, renderHierarchies } from './cgroup.ts';
import { labError, outputOf, runCommand, runScript } from './command.ts';
import { dockerDirectory } from './docker-cache.ts';
import { inCgroup, type LabPlace, labCgroup, labTemplates, machineDirectory } from './lab-place.ts';
import { enterNamespace, hostNamespace, renderHostLink, renderHostRemoval } from './network.ts';
import { dockerCache } from './prepare.ts';
import { identifyProcess, isRunning, killProcess, type ProcessIdentity } from './process-identity.ts';
import type { LabHost } from './state.ts';

const machinePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const bootSeconds = 60;

/** Gives a new machine its disk, a tmpfs of its own so that filling it harms no other, and its host key. */
export async function createMachine(place: LabPlace, host: LabHost): Promise<void> {
  const directory = machineDirectory(place, host);
  await mkdir(join(directory, 'disk'), { recursive: true });
  await mkdir(join(directory, 'root'), { recursive: true });
  await outputOf([
    'mount',
    '-t',
    'tmpfs',
    '-o',
    `size=${place.state.diskSize}m,mode=755`,
    'lab-disk',
    join(directory, 'disk'),
  ]);
  const key = join(directory, 'ssh_host_ed25519_key');
  await outputOf(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', host.name, '-f', key]);
}

/** Creates a machine and boots it; for the signal see {@link bootMachine}. */
export async function startMachine(place: LabPlace, host: LabHost, signal?: AbortSignal): Promise<void> {
  await createMachine(place, host);
  await bootMachine(place, host, signal);
}

/**
 * Powers the machine on and resolves when sshd and dockerd answer; rejects with `lab-failed` and the console's last words.
 * A signal that is aborted before the machine has started keeps it from starting.
 */
export async function bootMachine(place: LabPlace, host: LabHost, signal?: AbortSignal): Promise<void> {
  if (await isMachineRunning(place, host)) throw labError(`${host.name} is powered on already`);
  const directory = machineDirectory(place, host);
  await makeCgroup(place.hierarchies, labCgroup(place, host.name), 'controllers');
  await makeCgroup(place.hierarchies, labCgroup(place, `${host.name}/init`), 'leaf');
  await runScript(renderHostLink(place.state, host));
  const console = await open(join(directory, 'console'), 'w');
  const [program = '', ...rest] = bootCommand(place, host);
  signal?.throwIfAborted();
  const child = spawn(program, rest, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', console.fd, console.fd, 'pipe'],
    env: bootEnvironment(place, host),
  });
  await console.close();
  child.unref();
  const supervisor = child.pid === undefined ? undefined : await identifyProcess(child.pid);
  await writeFile(join(directory, 'process.json'), JSON.stringify(supervisor ?? null));
  if (!(await saysReady(child.stdio[3]))) throw await bootFailure(directory, host);
}

/**
 * The machine's group becomes the root of its cgroup namespace, but its processes live in the leaf `init`: on cgroup v2 a
 * group whose children have controllers takes no processes (kernel: cgroup-v2, "No Internal Process Constraint").
 */
function bootCommand(place: LabPlace, host: LabHost): readonly string[] {
  const network = enterNamespace(hostNamespace(place.state.name, host.name));
  const own = ['--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];
  const machine = [...network, 'unshare', ...own, 'sh', join(labTemplates, 'boot')];
  return inCgroup(place, host.name, [
    'unshare',
    '--cgroup',
    ...inCgroup(place, `${host.name}/init`, machine),
  ]);
}

function bootEnvironment(place: LabPlace, host: LabHost): Readonly<Record<string, string>> {
  return {
    PATH: machinePath,
    LAB_TEMPLATES: labTemplates,
    LAB_MACHINE: machineDirectory(place, host),
    LAB_DOCKER: dockerDirectory(dockerCache, host.docker),
    LAB_IMAGE: join(place.directory, 'image.tar'),
    LAB_KEY: join(place.directory, 'id.pub'),
    LAB_HOSTNAME: host.name,
    LAB_HOSTS: `${host.address} ${host.name}`,
    LAB_CGROUPS: renderHierarchies(place.hierarchies),
  };
}

/** `init` writes `ready` to descriptor 3; the pipe closes without it when the machine died. */
async function saysReady(status: unknown): Promise<boolean> {
  if (!isReadable(status)) return false;
  const timer = setTimeout(() => status.destroy(), bootSeconds * 1000);
  try {
    for await (const chunk of status) if (String(chunk).includes('ready')) return true;
    return false;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    status.destroy();
  }
}

function isReadable(stream: unknown): stream is NodeJS.ReadableStream & { destroy: () => void } {
  return (
    typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream && 'destroy' in stream
  );
}

async function bootFailure(directory: string, host: LabHost): Promise<Error> {
  const console = await readFile(join(directory, 'console'), 'utf8').catch(() => '');
  const words = console.trim().split('\n').slice(-5).join('; ');
  return labError(`${host.name} did not boot: ${words || 'its console is empty'}`);
}

/** Power cut: every process of the machine ends at once. What was on its disk stays. Nothing happens when it is off. */
export async function killMachine(place: LabPlace, host: LabHost): Promise<void> {
  const supervisor = await readSupervisor(place, host);
  if (supervisor !== undefined) await killProcess(supervisor);
  await removeCgroup(place.hierarchies, labCgroup(place, host.name));
  await runScript(renderHostRemoval(place.state, host));
}

/** Orderly end: services are stopped in order, then everything else. */
export async function shutDownMachine(place: LabPlace, host: LabHost): Promise<void> {
  await runCommand(await inMachine(place, host, ['sh', '/usr/lib/lab/shutdown']), { timeout: 120 });
  await killMachine(place, host);
}

export async function isMachineRunning(place: LabPlace, host: LabHost): Promise<boolean> {
  const supervisor = await readSupervisor(place, host);
  return supervisor !== undefined && isRunning(supervisor);
}

/**
 * Argument list that runs a command as root in the machine, with the environment of a root login.
 * Rejects with `lab-failed` when the machine is off.
 */
export async function inMachine(
  place: LabPlace,
  host: LabHost,
  argv: readonly string[],
): Promise<readonly string[]> {
  const init = await initProcess(place, host);
  const enter = [
    'nsenter',
    '--target',
    String(init),
    '--mount',
    '--uts',
    '--ipc',
    '--net',
    '--pid',
    '--cgroup',
    '--',
  ];
  const environment = ['env', '-i', `PATH=${machinePath}`, 'HOME=/root', 'LANG=C.UTF-8', 'TERM=xterm'];
  return inCgroup(place, `${host.name}/init`, [...enter, ...environment, ...argv]);
}

/** Process 1 of the machine, as this computer counts: the only child of the process that made its namespaces. */
async function initProcess(place: LabPlace, host: LabHost): Promise<number> {
  const supervisor = await readSupervisor(place, host);
  if (supervisor === undefined || !(await isRunning(supervisor)))
    throw labError(`${host.name} is powered off`);
  const { pid } = supervisor;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

async function readSupervisor(place: LabPlace, host: LabHost): Promise<ProcessIdentity | undefined> {
  const text = await readFile(join(machineDirectory(place, host), 'process.json'), 'utf8').catch(
    () => 'null',
  );
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value))
    return undefined;
  const { pid, started } = value;
  return typeof pid === 'number' && typeof started === 'number' ? { pid, started } : undefined;
}
