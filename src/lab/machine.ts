/** One machine of a lab: power on, power off, commands inside. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCgroup, removeCgroup, renderHierarchies } from './cgroup.ts';
import { labError, outputOf, runCommand, runScript } from './command.ts';
import { dockerDirectory } from './docker-cache.ts';
import { inCgroup, type LabPlace, labCgroup, labTemplates, machineDirectory } from './lab-place.ts';
import { enterNamespace, hostNamespace, renderHostLink, renderHostRemoval } from './network.ts';
import { dockerCache } from './prepare.ts';
import { identifyProcess, isRunning, killProcess, type ProcessIdentity } from './process-identity.ts';
import { writeSshKey } from './ssh-key.ts';
import type { LabHost } from './state.ts';

const machinePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const bootSeconds = 60;

/** Gives a new machine its disk, a tmpfs of its own so that filling it harms no other, and its host key. */
async function createMachine(place: LabPlace, host: LabHost): Promise<void> {
  const directory = machineDirectory(place, host);
  await mkdir(join(directory, 'disk'), { recursive: true });
  await mkdir(join(directory, 'root'), { recursive: true });
  const options = `size=${place.state.diskSize}m,mode=755`;
  await outputOf(['mount', '-t', 'tmpfs', '-o', options, 'lab-disk', join(directory, 'disk')]);
  await writeSshKey(join(directory, 'ssh_host_ed25519_key'), host.name);
}

/** Creates a machine and boots it; rejects when dockerd does not run. For the signal see {@link bootMachine}. */
export async function startMachine(place: LabPlace, host: LabHost, signal?: AbortSignal): Promise<void> {
  await createMachine(place, host);
  if (await bootMachine(place, host, signal)) return;
  const log = await runCommand(await inMachine(place, host, ['tail', '-n', '3', '/var/log/lab/docker.log']));
  throw labError(`dockerd of ${host.name} does not run: ${log.stdout.trim() || 'it has written no log'}`);
}

/**
 * Powers the machine on and resolves when it has booted, with whether dockerd runs: a machine with a broken daemon.json
 * boots without. Rejects with `lab-failed` and the console's last words when it does not boot.
 * A signal that is aborted before the machine has started keeps it from starting.
 */
export async function bootMachine(place: LabPlace, host: LabHost, signal?: AbortSignal): Promise<boolean> {
  if (await isMachineRunning(place, host)) throw labError(`${host.name} is powered on already`);
  await makeCgroup(place.hierarchies, labCgroup(place, host.name), 'controllers');
  await makeCgroup(place.hierarchies, labCgroup(place, `${host.name}/init`), 'leaf');
  await runScript(renderHostLink(place.state, host));
  const machine = await powerOn(place, host, signal);
  const supervisor = machine.pid === undefined ? undefined : await identifyProcess(machine.pid);
  await writeFile(supervisorFile(place, host), JSON.stringify(supervisor ?? null));
  const status = await readStatus(machine.stdio[3]);
  if (!status.startsWith('ready')) throw await bootFailure(place, host);
  return status.includes('docker');
}

async function powerOn(place: LabPlace, host: LabHost, signal?: AbortSignal): Promise<ChildProcess> {
  const console = await open(consoleFile(place, host), 'w');
  try {
    signal?.throwIfAborted();
    const [program = '', ...rest] = bootCommand(place, host);
    const stdio: StdioOptions = ['ignore', console.fd, console.fd, 'pipe'];
    const env = bootEnvironment(place, host);
    const child = spawn(program, rest, { detached: true, cwd: '/', stdio, env });
    // The closed status pipe tells of it too.
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    await console.close();
  }
}

/**
 * The machine's group becomes the root of its cgroup namespace, but its processes live in the leaf `init`: on cgroup v2 a
 * group whose children have controllers takes no processes (kernel: cgroup-v2, "No Internal Process Constraint").
 */
function bootCommand(place: LabPlace, host: LabHost): readonly string[] {
  const network = enterNamespace(hostNamespace(place.state.name, host.name));
  const own = ['--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];
  const machine = [...network, 'unshare', ...own, 'sh', join(labTemplates, 'boot')];
  const leaf = inCgroup(place, `${host.name}/init`, machine);
  return inCgroup(place, host.name, ['unshare', '--cgroup', ...leaf]);
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

/** What `init` writes to descriptor 3, `ready` or `ready docker`; empty when the machine died or took too long. */
async function readStatus(stream: unknown): Promise<string> {
  if (!isReadable(stream)) return '';
  const timer = setTimeout(() => stream.destroy(), bootSeconds * 1000);
  try {
    for await (const chunk of stream) return String(chunk);
    return '';
  } catch {
    return '';
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

function isReadable(stream: unknown): stream is NodeJS.ReadableStream & { destroy: () => void } {
  return (
    typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream && 'destroy' in stream
  );
}

async function bootFailure(place: LabPlace, host: LabHost): Promise<Error> {
  const console = await readFile(consoleFile(place, host), 'utf8').catch(() => '');
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
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  const enter = ['nsenter', `--target=${init}`, ...namespaces, '--'];
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
  const text = await readFile(supervisorFile(place, host), 'utf8').catch(() => 'null');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value))
    return undefined;
  const { pid, started } = value;
  return typeof pid === 'number' && typeof started === 'number' ? { pid, started } : undefined;
}

function supervisorFile(place: LabPlace, host: LabHost): string {
  return join(machineDirectory(place, host), 'process.json');
}

function consoleFile(place: LabPlace, host: LabHost): string {
  return join(machineDirectory(place, host), 'console');
}
