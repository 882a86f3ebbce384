/** What a lab is, as kept in its directory: enough for any other process to use it and to take it down. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labError } from './command.ts';
import { type DockerRelease, dockerReleases } from './docker-release.ts';

/** A machine of the lab. */
export type LabHost = {
  /** `h1`, `h2`, …; also its hostname and its name in the inventory. */
  readonly name: string;
  /** From 1; the last octet of its address. */
  readonly index: number;
  /** Address on its segment, `10.99.0.1`. */
  readonly address: string;
  /** 1: the operator's own segment; 2: behind the router. */
  readonly segment: 1 | 2;
  readonly docker: DockerRelease;
  /** Version of the Debian package, `28.5.2+dfsg4-5`. */
  readonly dockerVersion: string;
};

export type LabState = {
  readonly format: 1;
  readonly name: string;
  /** Number of L2 segments; with two there is a router between them. */
  readonly segments: 1 | 2;
  /** MiB of each machine's disk. */
  readonly diskSize: number;
  readonly hosts: readonly LabHost[];
};

export const stateFile = 'lab.json';

/** Reads the text of lab.json; undefined when it is not a state that this version wrote. */
export function parseState(text: string): LabState | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value['format'] !== 1) return undefined;
  const { name, segments, diskSize, hosts } = value;
  if (!isText(name) || !isLabName(name)) return undefined;
  if ((segments !== 1 && segments !== 2) || typeof diskSize !== 'number' || !Array.isArray(hosts))
    return undefined;
  const read = hosts.map(parseHost);
  const known = read.filter((host) => host !== undefined);
  return known.length === read.length ? { format: 1, name, segments, diskSize, hosts: known } : undefined;
}

function parseHost(value: unknown): LabHost | undefined {
  if (!isRecord(value)) return undefined;
  const { name, index, address, segment, docker, dockerVersion } = value;
  const release = dockerReleases.find((known) => known === docker);
  if (!isText(name) || !isText(address) || !isText(dockerVersion) || release === undefined) return undefined;
  if (!Number.isInteger(index) || typeof index !== 'number' || (segment !== 1 && segment !== 2))
    return undefined;
  return { name, index, address, segment, docker: release, dockerVersion };
}

export function renderState(state: LabState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

/** Rejects with `lab-failed` when the directory holds no lab. */
export async function readState(directory: string): Promise<LabState> {
  const path = join(directory, stateFile);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw labError(`There is no lab in ${directory}`, 'Start one with `route-mesh lab up 3`');
  }
  const state = parseState(text);
  if (state === undefined)
    throw labError(`${path} is not readable as a lab's state`, 'Remove what is left by hand');
  return state;
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export async function writeState(directory: string, state: LabState): Promise<void> {
  const path = join(directory, stateFile);
  await writeFile(`${path}.new`, renderState(state));
  await rename(`${path}.new`, path);
}

/** Names become parts of file, namespace and cgroup names. */
export function isLabName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,30}$/.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
