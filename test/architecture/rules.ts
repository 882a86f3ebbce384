/** One folder of src/, or one file or set of files in it that has a rule of its own. */
export interface Layer {
  /** Folder under src/. */
  readonly folder: string;
  /** Folders, or single files, that it may import besides itself. */
  readonly imports: readonly string[];
  /** npm packages that it may import. */
  readonly packages: readonly string[];
  /**
   * `pure`: plain functions on plain data. No `node:` module, no package that does I/O, no clock, no randomness,
   * no process, not even through another file. `shell`: may do all that.
   */
  readonly kind: 'pure' | 'shell';
  /** Files of a pure folder that are shell all the same: names begin so. */
  readonly shellFiles?: readonly string[];
}

const model = ['net', 'error', 'inventory', 'facts'] as const;
const decisions = [...model, 'ipam', 'links', 'modes', 'plan'] as const;

/** The layers, bottom first. An import that is not listed here breaks `npm run check`. */
export const layers: readonly Layer[] = [
  { folder: 'error', imports: [], packages: [], kind: 'pure' },
  { folder: 'net', imports: ['error'], packages: ['ip-cidr'], kind: 'pure' },
  {
    folder: 'inventory',
    imports: ['net', 'error'],
    packages: ['yaml'],
    kind: 'pure',
    shellFiles: ['read'],
  },
  { folder: 'facts', imports: ['net', 'error'], packages: [], kind: 'pure' },
  { folder: 'ipam', imports: model, packages: ['yaml'], kind: 'pure' },
  { folder: 'links', imports: [...model, 'ipam'], packages: [], kind: 'pure' },
  { folder: 'modes', imports: [...model, 'ipam', 'links'], packages: [], kind: 'pure' },
  { folder: 'plan', imports: [...model, 'ipam', 'links', 'modes'], packages: [], kind: 'pure' },
  { folder: 'render', imports: decisions, packages: [], kind: 'pure' },
  { folder: 'events', imports: ['net', 'error', 'plan'], packages: [], kind: 'pure' },
  { folder: 'verification', imports: [], packages: [], kind: 'pure' },
  {
    folder: 'transport',
    imports: ['net', 'error', 'inventory/connection.ts'],
    packages: ['ssh2'],
    kind: 'shell',
  },
  {
    folder: 'operations',
    imports: [...decisions, 'render', 'events', 'verification', 'transport'],
    packages: ['p-queue'],
    kind: 'shell',
  },
  {
    folder: 'faces',
    imports: ['net', 'error', 'facts', 'events', 'plan', 'verification'],
    packages: [],
    kind: 'shell',
  },
  { folder: 'lab', imports: ['net', 'error'], packages: [], kind: 'shell' },
  {
    folder: 'cli',
    imports: [...decisions, 'render', 'events', 'verification', 'transport', 'operations', 'faces', 'lab'],
    packages: [],
    kind: 'shell',
  },
];

/** Packages that compute and touch nothing: a pure file may reach them. */
export const purePackages: readonly string[] = ['ip-cidr', 'yaml'];

/** What a pure file must be given instead: time, randomness, streams, the environment. */
export const impureGlobals: readonly string[] = [
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'Math.random',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'Date.now',
  'new Date()',
];

/** Folders whose files may name a path below templates/ or inventory/: the edge reads, the others are given texts. */
export const edgeFolders: readonly string[] = ['operations', 'lab', 'cli'];

/** Names that say nothing about what a file holds. */
export const emptyNames: readonly string[] = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'shared',
];

/** Lines; the wish is 150. */
export const longestFile = 400;
