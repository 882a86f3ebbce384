/** Asks the operator's OpenSSH client what its configuration says of a host, as seldom as possible. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { MeshError } from '../error/mesh-error.ts';
import { matchesPattern } from './host-pattern.ts';
import { DEFAULT_SSH_CONFIG, parseSshConfig, type SshConfig } from './ssh-config.ts';
import { isShareable, parseSections, type Sections, sectionSignature } from './ssh-config-sections.ts';

export type SshConfigQuery = {
  /** What `Host` patterns are matched against. */
  readonly name: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** As in ConnectionOptions: `false` none, text a file, undefined the operator's own. */
  readonly sshConfig: false | string | undefined;
};

export type SshConfigReader = (query: SshConfigQuery) => Promise<SshConfig>;

/** A `Match exec` may run anything; a minute is more than a person would wait for it. */
const SSH_G_TIMEOUT_MS = 60_000;
const SYSTEM_CONFIG = '/etc/ssh/ssh_config';
/** OpenSSH's own limit of nested Includes (readconf.c, READCONF_MAX_DEPTH). */
const MAX_INCLUDE_DEPTH = 16;

/** A reader for one run: files are looked at once. `home` stands for `~`; `environment` is given to `ssh`. */
export function createSshConfigReader(home: string, environment: NodeJS.ProcessEnv): SshConfigReader {
  const sections = new Map<string, Promise<Sections>>();
  const shared = new Map<string, Promise<string | undefined>>();
  const ask = (query: SshConfigQuery): Promise<string | undefined> => runSsh(query, home, environment);

  return async (query) => {
    const files = configFiles(query.sshConfig, home);
    const skeleton = await once(sections, files.join('\n'), () => readSections(files, home));
    if (skeleton.conditional) return toConfig(await ask(query));
    const signature = sectionSignature(skeleton.hosts, query.name);
    const key = JSON.stringify([query.sshConfig, query.user, query.port, signature]);
    let asked: string | undefined;
    const output = await once(shared, key, async () => {
      asked = await ask(query);
      return asked !== undefined && isShareable(asked, query.name) ? asked : undefined;
    });
    if (asked !== undefined) return toConfig(asked);
    if (output === undefined) return toConfig(await ask(query));
    return { ...parseSshConfig(output), hostName: undefined };
  };
}

function once<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = cache.get(key) ?? make();
  cache.set(key, made);
  return made;
}

function toConfig(output: string | undefined): SshConfig {
  return output === undefined ? DEFAULT_SSH_CONFIG : parseSshConfig(output);
}

function configFiles(sshConfig: false | string | undefined, home: string): readonly string[] {
  if (sshConfig === false) return [];
  return sshConfig === undefined ? [join(home, '.ssh/config'), SYSTEM_CONFIG] : [expandHome(sshConfig, home)];
}

function expandHome(path: string, home: string): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** Output of `ssh -G`; undefined when there is neither an ssh client nor anything for it to read. */
async function runSsh(
  query: SshConfigQuery,
  home: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const files = configFiles(query.sshConfig, home);
  const file = query.sshConfig === undefined ? [] : ['-F', files[0] ?? 'none'];
  const user = query.user === undefined ? [] : ['-l', query.user];
  const port = query.port === undefined ? [] : ['-p', String(query.port)];
  const args = ['-G', ...file, ...user, ...port, '--', query.name];
  const result = await execute('ssh', args, environment);
  if (result.kind === 'output') return result.text;
  if (result.kind === 'failed') throw configError(result.reason);
  const present = await Promise.all(files.map(exists));
  const found = files.find((_, index) => present[index]);
  if (found !== undefined) throw noClient(found);
  return undefined;
}

type Execution =
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'missing' };

function execute(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Execution> {
  return new Promise((resolve) => {
    const options = { env: environment, timeout: SSH_G_TIMEOUT_MS };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'output', text: stdout });
      else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else resolve({ kind: 'failed', reason: stderr.trim() || error.message });
    });
    child.stdin?.end();
  });
}

function configError(reason: string): MeshError {
  // ssh says `FILE: line N: Bad configuration option: …`, and after that that it gives up.
  const complaint = reason.split('\n')[0] ?? reason;
  const [, file, line] = /^(\S+):? line (\d+):/.exec(complaint) ?? [];
  return new MeshError({
    code: 'host-unreachable',
    message: `The ssh configuration cannot be used: ${complaint.trim()}`,
    cure: 'Correct it until `ssh -G` takes it, or set `ssh_config: false` in the inventory.',
    ...(file && line ? { place: `${file.replace(/:$/, '')}:${line}` } : {}),
  });
}

function noClient(file: string): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `${file} exists, but there is no OpenSSH client on this machine to read it`,
    cure: 'Install the OpenSSH client, or set `ssh_config: false` in the inventory to do without the file.',
    place: file,
  });
}

/** The sections of the files and of all they include; what cannot be read or followed counts as conditional. */
async function readSections(files: readonly string[], home: string): Promise<Sections> {
  const parts = await Promise.all(files.map((file) => readFileSections(file, home, 0)));
  return mergeSections(parts);
}

async function readFileSections(file: string, home: string, depth: number): Promise<Sections> {
  const opaque: Sections = { hosts: [], includes: [], conditional: true };
  if (depth > MAX_INCLUDE_DEPTH) return opaque;
  if (!(await exists(file))) return { ...opaque, conditional: false };
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return opaque;
  const own = parseSections(text);
  const base = file.startsWith('/etc/ssh/') ? '/etc/ssh' : join(home, '.ssh');
  const included = await Promise.all(own.includes.map((path) => expandInclude(path, base, home)));
  if (included.includes(undefined)) return opaque;
  const inner = included.flatMap((paths) => paths ?? []);
  const parts = await Promise.all(inner.map((path) => readFileSections(path, home, depth + 1)));
  return mergeSections([own, ...parts]);
}

function mergeSections(parts: readonly Sections[]): Sections {
  const conditional = parts.some((part) => part.conditional);
  return { hosts: parts.flatMap((part) => part.hosts), includes: [], conditional };
}

/** The files an Include names; undefined when its pattern is more than a `*` or `?` in the last part of the path. */
async function expandInclude(
  path: string,
  base: string,
  home: string,
): Promise<readonly string[] | undefined> {
  const expanded = expandHome(path, home);
  const whole = isAbsolute(expanded) ? expanded : join(base, expanded);
  if (/[*?]/.test(dirname(whole)) || /[[{%$~]/.test(whole)) return undefined;
  if (!/[*?]/.test(basename(whole))) return [whole];
  const names = await readdir(dirname(whole)).catch(() => []);
  const matching = names.filter((name) => !name.startsWith('.') && matchesPattern(basename(whole), name));
  return matching.sort().map((name) => join(dirname(whole), name));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
