/**
 * A host for the programs of templates/host alone: namespaces of its own for network, processes and mounts, with
 * throw-away /etc, /var/lib and /run. No init system, no Docker; the kernel and its tools are the real ones.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { HostDesired } from '../../src/modes/desired.ts';
import { renderHostFiles } from '../../src/modes/host-files.ts';
import { staticRoutes } from '../../src/modes/static.ts';

/** What `sh` may be on a host: the program that stands in for it, started by the name of sh. */
export const HOST_SHELLS = ['dash', 'busybox', 'bash'] as const;
export type HostShell = (typeof HOST_SHELLS)[number];

export type SandboxOptions = {
  readonly shell?: HostShell;
  /** Sizes of the file systems that hold /etc and /var/lib, as tmpfs takes them. */
  readonly etc?: string;
  readonly varLib?: string;
};

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type HostSandbox = {
  /** Runs a script with the sandbox's `sh` and waits for its end. */
  readonly run: (script: string) => Ended;
  /** Standard output of a script without the last newline; throws when it fails. */
  readonly output: (script: string) => string;
  /** Ends every process of the sandbox; nothing of it remains. */
  readonly remove: () => Promise<void>;
};

/** The programs are read through /bin/sh, whatever program that leads to. */
function setUp({ shell = 'dash', etc = '16m', varLib = '16m' }: SandboxOptions): string {
  return `set -e
sh=$(readlink -f /bin/sh)
interpreter=$(readlink -f "$(command -v ${shell})")
[ "$interpreter" = "$sh" ] || mount --bind "$interpreter" "$sh"
mount -t tmpfs -o size=${etc} tmpfs /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work overlay /etc
mount -t tmpfs -o size=${varLib} tmpfs /var/lib
mount -t tmpfs tmpfs /run
mkdir -p /etc/cron.d
ip link set lo up
ip link add eth0 type veth peer name segment
ip link set segment up
ip addr add 10.99.0.1/24 dev eth0
ip link set eth0 up
iptables -N DOCKER-USER
iptables -A FORWARD -j DOCKER-USER
iptables -t nat -A POSTROUTING -s 10.208.0.0/24 -j MASQUERADE
echo ready
exec sleep 600
`;
}

function enter(holder: number): readonly string[] {
  const namespaces = { net: 'net', mount: 'mnt', pid: 'pid_for_children' };
  const options = Object.entries(namespaces).map(
    ([option, name]) => `--${option}=/proc/${holder}/ns/${name}`,
  );
  return ['nsenter', ...options, '--wd=/', '--', '/bin/sh'];
}

async function untilReady(holder: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      if (said.includes('ready\n')) resolve();
    };
    holder.stdout?.on('data', listen);
    holder.stderr?.on('data', listen);
    holder.on('error', reject);
    holder.on('exit', () => reject(new Error(`no sandbox: ${said}`)));
  });
}

/** Needs root. */
export async function openHostSandbox(options: SandboxOptions = {}): Promise<HostSandbox> {
  const words = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'];
  const holder = spawn('unshare', [...words, setUp(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  await untilReady(holder);
  const [program = '', ...before] = enter(holder.pid ?? 0);
  const preface = options.shell === 'busybox' ? `${ipFunction()}\n` : '';
  const run = (script: string): Ended => {
    const input = `${preface}${script}`;
    const result = spawnSync(program, before, { input, encoding: 'utf8', timeout: 60_000 });
    return { code: result.status ?? 255, stdout: result.stdout, stderr: result.stderr };
  };
  const output = (script: string): string => {
    const { code, stdout, stderr } = run(script);
    if (code !== 0) throw new Error(`status ${code}\n$ ${script}\n${stdout}${stderr}`);
    return stdout.trimEnd();
  };
  const remove = async (): Promise<void> => {
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
  };
  return { run, output, remove };
}

const TEMPLATES = new URL('../../templates/host/', import.meta.url);

/** Debian's busybox runs its own `ip` before that of PATH, unlike Alpine's; for it scripts say which one is meant. */
function ipFunction(): string {
  const path = spawnSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).stdout.trim();
  return `ip() { case $* in *monitor*) exec ${path} "$@" ;; esac; ${path} "$@"; }`;
}

/** What a sync would bring to the sandbox's host, with as many peers on its segment. */
export function sandboxFiles(peers = 2, shell: HostShell = 'dash'): Readonly<Record<string, string>> {
  const read = (name: string): string => readFileSync(new URL(name, TEMPLATES), 'utf8');
  const programs = Object.fromEntries(readdirSync(TEMPLATES).map((name) => [name, read(name)]));
  const files = renderHostFiles(sandboxDesired(peers), programs);
  if (shell !== 'busybox') return files;
  const program = 'route-mesh-host.sh';
  const pinned = files[program]?.replace(/^export PATH.*$/m, `$&\n${ipFunction()}`) ?? '';
  return { ...files, [program]: pinned };
}

function sandboxDesired(peers: number): HostDesired {
  const reached = Array.from({ length: peers }, (_, index) => ({
    peer: `h${index + 2}`,
    block: `10.208.${4 * (index + 1)}.0/22`,
    link: { kind: 'direct', address: `10.99.0.${index + 2}` } as const,
  }));
  return {
    host: 'h1',
    mesh: 'mesh',
    mode: 'static',
    pool: '10.208.0.0/16',
    block: '10.208.0.0/22',
    docker0: '10.208.0.1/24',
    networks: [],
    underlay: '10.99.0.1',
    routes: staticRoutes('10.208.0.0/22', reached),
  };
}

/** A script that writes the files to /etc/route-mesh, as a finished sync leaves them. */
export function installScript(files: Readonly<Record<string, string>>): string {
  const write = ([name, content]: readonly [string, string]): string =>
    `cat >/etc/route-mesh/${name} <<'END_OF_FILE'\n${content}END_OF_FILE\n`;
  return `mkdir -p /etc/route-mesh /run/route-mesh\n${Object.entries(files).map(write).join('')}`;
}
