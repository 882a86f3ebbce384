/** known_hosts files on the operator's disk: read once while they do not change, appended by one writer at a time. */
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshError } from '../error/mesh-error.ts';
import { entriesOf, judgeHostKey, type KnownHost, parseKnownHosts, renderKnownHost } from './known-hosts.ts';

export type NewHostKey = {
  /** First of the host's UserKnownHostsFile. */
  readonly file: string;
  /** As `knownHostName` gives it. */
  readonly name: string;
  readonly key: Buffer;
  /** 20 random bytes when the name is to be hashed. */
  readonly salt: Buffer | undefined;
};

export type KnownHostsFiles = {
  /** The entries of all files that exist, in order. Rejects with the system's error when one cannot be read. */
  readonly load: (files: readonly string[]) => Promise<readonly KnownHost[]>;
  /** Adds the key unless it is there by now; makes the file (mode 600) and its directory (700) where missing. */
  readonly add: (addition: NewHostKey) => Promise<void>;
};

type Parsed = { readonly stamp: string; readonly entries: readonly KnownHost[] };

/** One per transport: all hosts of a run share the parsed files and the queue of writers. */
export function createKnownHostsFiles(): KnownHostsFiles {
  const parsed = new Map<string, Parsed>();
  let lastWrite: Promise<void> = Promise.resolve();
  const load = async (files: readonly string[]): Promise<readonly KnownHost[]> => {
    const lists = await Promise.all(files.map((file) => loadFile(parsed, file)));
    return lists.flat();
  };
  const add = (addition: NewHostKey): Promise<void> => {
    const write = lastWrite.then(() => append(addition));
    lastWrite = write.catch(() => undefined);
    return write;
  };
  return { load, add };
}

async function loadFile(parsed: Map<string, Parsed>, file: string): Promise<readonly KnownHost[]> {
  const found = await stat(file).catch(absent);
  if (found === undefined) return [];
  const stamp = `${found.mtimeMs} ${found.size} ${found.ino}`;
  const before = parsed.get(file);
  if (before?.stamp === stamp) return before.entries;
  const entries = parseKnownHosts(await readFile(file, 'utf8'), file);
  parsed.set(file, { stamp, entries });
  return entries;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

async function append(addition: NewHostKey): Promise<void> {
  const { file, name, key, salt } = addition;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const text = await readText(handle);
    const verdict = judgeHostKey(entriesOf(parseKnownHosts(text, file), name, undefined), key);
    if (verdict.kind === 'known') return;
    if (verdict.kind === 'changed') throw twoKeys(addition);
    const newline = text === '' || text.endsWith('\n') ? '' : '\n';
    // One write with O_APPEND: another program that appends at the same time cannot get into the middle of the line.
    await handle.write(`${newline}${renderKnownHost(name, key, salt)}`);
  } finally {
    await handle.close();
  }
}

/** The file's text; a device such as /dev/null, which operators use to forget keys, is empty. */
async function readText(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

function twoKeys(addition: NewHostKey): MeshError {
  return new MeshError({
    code: 'host-key-changed',
    message: `Two hosts answered as ${addition.name} with different keys in one run`,
    cure: 'Give each host an address of its own in the inventory.',
    place: addition.file,
  });
}
