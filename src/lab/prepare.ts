/** What this computer must have before a lab can start: rights, kernel features, Debian packages, Docker's programs. */
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labError, outputOf, runCommand } from './command.ts';
import { fetchDocker } from './docker-cache.ts';
import type { DockerRelease } from './docker-release.ts';

/** Where Docker's programs are kept between labs. */
export const dockerCache = '/var/cache/route-mesh-lab';

/** Debian packages by a program of theirs. */
const packageOf: Readonly<Record<string, string>> = {
  busybox: 'busybox-static',
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  nsenter: 'util-linux',
  ping: 'iputils-ping',
  socat: 'socat',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  sudo: 'sudo',
  sysctl: 'procps',
  tini: 'tini',
};

/** Debian packages by a library of theirs that dockerd 20.10 and runc load. */
const libraryPackageOf: Readonly<Record<string, string>> = {
  'libdevmapper.so.1.02.1': 'libdevmapper1.02.1',
  'libseccomp.so.2': 'libseccomp2',
};

const programDirectories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Makes this computer ready for labs with these Docker releases and gives each one's version. Quick when all is there;
 * otherwise installs Debian packages, of which no service starts, and fetches Docker. Rejects with `lab-failed`.
 */
export async function prepareLab(
  releases: readonly DockerRelease[],
  report: (line: string) => void = () => undefined,
): Promise<ReadonlyMap<DockerRelease, string>> {
  requireRoot();
  await requirePackages(report);
  await requireNamespaces();
  const versions = new Map<DockerRelease, string>();
  for (const release of new Set(releases))
    versions.set(release, await fetchDocker(dockerCache, release, report));
  return versions;
}

function requireRoot(): void {
  if (process.platform !== 'linux') throw labError('The lab needs Linux', 'Run it on a Debian machine');
  if (process.getuid?.() !== 0) throw labError('The lab needs root', 'Run it with sudo');
}

async function requirePackages(report: (line: string) => void): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  if (!(await isProgram('apt-get'))) {
    throw labError(
      `Missing: ${missing.join(', ')}; and there is no apt-get`,
      'Run the lab on Debian or a derivative',
    );
  }
  report(`installing ${missing.join(', ')}`);
  await withoutStartingServices(() => install(missing));
  // Debian enables sshd when it installs it; on a computer that had none, it shall not appear at the next boot.
  if (missing.includes('openssh-server'))
    await runCommand(['systemctl', 'disable', '--quiet', 'ssh.service']);
  const left = await missingPackages();
  if (left.length > 0) throw labError(`apt-get installed no ${left.join(', ')}`, 'Install them by hand');
}

async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await outputOf(['apt-get', '-q', 'update'], { timeout: 300, env });
  const command = ['apt-get', '-q', '-y', '--no-install-recommends', 'install', ...packages];
  await outputOf(command, { timeout: 900, env });
}

/** Debian asks /usr/sbin/policy-rc.d before it starts a service; 101 means no. One that is already there is kept. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const options = { mode: 0o755, flag: 'wx' };
  const ours = await writeFile(policy, '#!/bin/sh\n# Written by route-mesh lab.\nexit 101\n', options).then(
    () => true,
    () => false,
  );
  try {
    await work();
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}

async function missingPackages(): Promise<readonly string[]> {
  const programs = Object.keys(packageOf);
  const missing = await Promise.all(
    programs.map(async (name) => ((await isProgram(name)) ? [] : [packageOf[name] ?? ''])),
  );
  const libraries = Object.keys(libraryPackageOf);
  const lost = await Promise.all(
    libraries.map(async (name) => ((await isLibrary(name)) ? [] : [libraryPackageOf[name] ?? ''])),
  );
  return [...missing, ...lost].flat();
}

async function isProgram(name: string): Promise<boolean> {
  const found = await Promise.all(
    programDirectories.map((directory) => canAccess(join(directory, name), constants.X_OK)),
  );
  return found.includes(true);
}

const architectures: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

async function isLibrary(name: string): Promise<boolean> {
  const directory = architectures[process.arch] ?? process.arch;
  const places = [`/usr/lib/${directory}`, `/lib/${directory}`, '/usr/lib', '/usr/lib64'];
  const found = await Promise.all(places.map((place) => canAccess(join(place, name), constants.R_OK)));
  return found.includes(true);
}

function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Tries what a machine is made of; in an unprivileged container the kernel says no here. */
async function requireNamespaces(): Promise<void> {
  const script = [
    'mount --make-rprivate /',
    'mount -t tmpfs lab /mnt',
    'mkdir /mnt/upper /mnt/work /mnt/root',
    'mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work lab /mnt/root',
  ].join(' && ');
  const unshare = ['unshare', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--fork'];
  const result = await runCommand([...unshare, 'sh', '-c', script]);
  if (result.code === 0) return;
  const words = result.stderr.trim().split('\n').at(-1) ?? '';
  throw labError(
    `This computer refuses namespaces or overlay mounts: ${words}`,
    'Run the lab as root on a real or virtual machine',
  );
}
