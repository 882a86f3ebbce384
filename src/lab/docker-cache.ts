/**
 * Docker's programs of each release, unpacked from Debian's packages into a cache and never installed: this computer's own
 * Docker, if any, is not touched.
 */
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asMeshError } from '../error/mesh-error.ts';
import { type AptSource, deriveSource, parseDeb822, parseSourcesList, renderSource } from './apt-sources.ts';
import { labError, outputOf } from './command.ts';
import { type DockerRelease, packageSources, releaseOf } from './docker-release.ts';

/** Files of the packages that a machine uses. */
const wantedFiles = [
  'etc/default/docker',
  'usr/bin/containerd',
  'usr/bin/containerd-shim-runc-v2',
  'usr/bin/ctr',
  'usr/bin/docker',
  'usr/lib/systemd/system/containerd.service',
  'usr/lib/systemd/system/docker.service',
  'usr/sbin/docker-proxy',
  'usr/sbin/dockerd',
  'usr/sbin/runc',
];

export function dockerDirectory(cache: string, release: DockerRelease): string {
  return join(cache, `docker-${release}`);
}

/** Version of Docker's package in the cache; undefined when it is not there. */
function cachedVersion(cache: string, release: DockerRelease): Promise<string | undefined> {
  return readFile(join(dockerDirectory(cache, release), 'version'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * Fetches a release into the cache unless it is there, and gives its version. Rejects with `lab-failed` when apt cannot
 * serve it or when the suite has moved on to another release.
 */
export async function fetchDocker(
  cache: string,
  release: DockerRelease,
  report: (line: string) => void,
): Promise<string> {
  const cached = await cachedVersion(cache, release);
  if (cached !== undefined) return cached;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `fetch-${release}-`));
  try {
    const sources = await readAptSources();
    for (const { suite, packages } of packageSources(release)) {
      report(`fetching ${packages.join(', ')} from Debian ${suite}`);
      await download(work, suite, packages, sources);
    }
    const version = await packageVersion(join(work, 'packages'));
    if (releaseOf(version) !== release) throw otherRelease(release, version);
    await assemble(work, version);
    await putInPlace(join(work, 'tree'), dockerDirectory(cache, release));
    return version;
  } catch (error) {
    const { message } = asMeshError(error);
    throw labError(
      `Docker ${release} cannot be had: ${message}`,
      'See whether `apt-get update` works here, or choose another --docker',
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function otherRelease(release: DockerRelease, version: string): Error {
  return labError(`Debian has ${version} where the lab expects ${release}`);
}

/** All sources that apt reads on this computer. */
async function readAptSources(): Promise<readonly AptSource[]> {
  const root = '/etc/apt';
  const parts = await readdir(join(root, 'sources.list.d')).catch(() => []);
  const files = ['sources.list', ...parts.map((name) => join('sources.list.d', name))];
  const read = files.map(async (file) => {
    const text = await readFile(join(root, file), 'utf8').catch(() => '');
    if (file.endsWith('.sources')) return parseDeb822(text);
    return file.endsWith('.list') ? parseSourcesList(text) : [];
  });
  return (await Promise.all(read)).flat();
}

/** Downloads and unpacks packages of a suite with package lists of their own, so that apt's real state stays as it is. */
async function download(
  work: string,
  suite: string,
  packages: readonly string[],
  sources: readonly AptSource[],
): Promise<void> {
  const source = deriveSource(sources, suite);
  if (source === undefined) {
    throw labError('no Debian archive is among the apt sources of this computer');
  }
  const apt = join(work, suite);
  const into = join(work, 'packages');
  for (const part of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(apt, part), { recursive: true });
  await mkdir(into, { recursive: true });
  await mkdir(join(work, 'unpacked'), { recursive: true });
  await writeFile(join(apt, 'lab.sources'), renderSource(source));
  const options = aptOptions(apt);
  await outputOf(['apt-get', ...options, 'update'], { timeout: 300 });
  await outputOf(['apt-get', ...options, 'download', ...packages], { timeout: 600, directory: into });
  for (const name of await readdir(into)) {
    await outputOf(['dpkg-deb', '--extract', join(into, name), join(work, 'unpacked')]);
  }
}

function aptOptions(directory: string): readonly string[] {
  const settings = [
    `Dir::Etc::SourceList=${directory}/lab.sources`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${directory}/lists`,
    `Dir::Cache=${directory}/cache`,
    // The unprivileged user that apt downloads as could not write here.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
  ];
  return ['-q', ...settings.flatMap((setting) => ['-o', setting])];
}

async function packageVersion(directory: string): Promise<string> {
  const name = (await readdir(directory)).find((file) => file.startsWith('docker.io_'));
  return (await outputOf(['dpkg-deb', '--field', join(directory, name ?? ''), 'Version'])).trim();
}

/** Copies what a machine uses to `tree`. Packages from before the merge of /usr have their units below /lib. */
async function assemble(work: string, version: string): Promise<void> {
  const tree = join(work, 'tree');
  for (const file of wantedFiles) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    const unpacked = join(work, 'unpacked');
    await rename(join(unpacked, file), join(tree, file)).catch(() =>
      copyFile(join(unpacked, file.replace(/^usr\/lib\//, 'lib/')), join(tree, file)),
    );
  }
  await symlink('/usr/bin/tini-static', join(tree, 'usr/bin/docker-init'));
  await symlink('../sbin/runc', join(tree, 'usr/bin/runc'));
  const packages = await readdir(join(work, 'packages'));
  await writeFile(join(tree, 'packages'), `${packages.map((name) => basename(name)).join('\n')}\n`);
  await writeFile(join(tree, 'version'), `${version}\n`);
}

/** Another lab may have fetched the same release meanwhile; whichever came first stays. */
async function putInPlace(tree: string, target: string): Promise<void> {
  await rename(tree, target).catch(async (error: unknown) => {
    const there = await readFile(join(target, 'version'), 'utf8').catch(() => undefined);
    if (there === undefined) throw error;
  });
}
