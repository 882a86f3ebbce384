import { MeshError } from '../../error/mesh-error.ts';
import { renderTable } from '../../faces/table.ts';
import { type DockerRelease, parseDockerRelease } from '../../lab/docker-release.ts';
import { type Lab, openLab } from '../../lab/lab.ts';
import { labUp } from '../../lab/lab-up.ts';
import { textOption } from '../arguments.ts';
import type { Command, Invocation } from '../invocation.ts';
import { runDemo } from '../lab-demo.ts';

const LABS = '/var/lib/route-mesh-lab';

function usage(message: string): MeshError {
  return new MeshError({ code: 'usage', message, cure: 'See route-mesh lab --help' });
}

function nameOf(invocation: Invocation): string {
  return textOption(invocation.options, 'name') ?? 'lab';
}

function releaseOf(invocation: Invocation): DockerRelease {
  const text = textOption(invocation.options, 'docker') ?? '28';
  const release = parseDockerRelease(text);
  if (release === undefined) throw usage(`--docker ${text}: the lab has 20.10, 26 and 28`);
  return release;
}

function open(invocation: Invocation): Promise<Lab> {
  return openLab(`${LABS}/${nameOf(invocation)}`);
}

/** Ctrl-C takes a half-made lab down instead of leaving it. */
async function raise(invocation: Invocation, hosts: number): Promise<Lab> {
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    return await labUp({
      name: nameOf(invocation),
      hosts,
      docker: releaseOf(invocation),
      directory: `${LABS}/${nameOf(invocation)}`,
      report: (line) => invocation.terminal.err(`${line}\n`),
      signal: interrupted.signal,
    });
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

/** Runs a program on the lab's segment, with this terminal; resolves with its exit code. */
function runAsOperator(lab: Lab, argv: readonly string[]): Promise<number> {
  return lab.attach('operator', argv, { ...process.env, ROUTE_MESH_INVENTORY: lab.inventory });
}

/** route-mesh itself, as it was started now: from dist, or from src with tsx. */
function itself(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

async function up(invocation: Invocation): Promise<number> {
  const hosts = Number(invocation.positionals[1] ?? '3');
  if (!Number.isInteger(hosts))
    throw usage(`lab up ${invocation.positionals[1]}: that is no number of hosts`);
  const lab = await raise(invocation, hosts);
  const named = invocation.options['name'] === undefined ? '' : ` --name ${lab.name}`;
  invocation.terminal.out(`inventory ${lab.inventory}\ntry: route-mesh lab run${named} -- route-mesh sync\n`);
  return 0;
}

async function show(invocation: Invocation): Promise<number> {
  const lab = await open(invocation);
  const rows = await Promise.all(
    lab.hosts.map(async (host) => [
      host.name,
      host.address,
      (await lab.isRunning(host.name)) ? 'runs' : 'off',
      `docker ${host.dockerVersion}`,
    ]),
  );
  invocation.terminal.out(`${renderTable(rows).join('\n')}\n`);
  return 0;
}

async function exec(invocation: Invocation): Promise<number> {
  const [, host, ...argv] = invocation.positionals;
  if (host === undefined || argv.length === 0) throw usage('lab exec needs a host and a command');
  return (await open(invocation)).attach(host, argv);
}

async function run(invocation: Invocation): Promise<number> {
  const [, program, ...rest] = invocation.positionals;
  if (program === undefined) throw usage('lab run needs a command');
  const argv = program === 'route-mesh' ? [...itself(), ...rest] : [program, ...rest];
  return runAsOperator(await open(invocation), argv);
}

async function demo(invocation: Invocation): Promise<number> {
  const lab = await raise(invocation, 3);
  try {
    return await runDemo(lab, {
      say: (text) => invocation.terminal.out(text),
      style: invocation.terminal.outStyle,
      routeMesh: (words) => runAsOperator(lab, [...itself(), ...words]),
    });
  } finally {
    if (invocation.options['keep'] !== true) await lab.down();
  }
}

const VERBS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = {
  up,
  status: show,
  exec,
  run,
  demo,
  down: async (invocation) => {
    await (await open(invocation)).down();
    return 0;
  },
  reboot: async (invocation) => {
    await (await open(invocation)).reboot(invocation.positionals[1] ?? '');
    return 0;
  },
};

/** `lab`: raises, uses and removes a mesh of real hosts on this machine. */
export const command: Command = async (invocation) => {
  const verb = invocation.positionals[0] ?? '';
  const perform = VERBS[verb];
  if (perform === undefined) throw usage(`lab ${verb}: there is no such verb`);
  return perform(invocation);
};
