import { readdirSync } from 'node:fs';

/** A kind of test: a folder under test/, and how its files are run. */
export interface Kind {
  readonly name: string;
  /** Files at a time. Tests that build namespaces or start daemons run alone. */
  readonly width: number;
  readonly limitSeconds: number;
}

/** All kinds, in the order they run: the quick ones first. */
export const kinds: readonly Kind[] = [
  { name: 'unit', width: 2, limitSeconds: 60 },
  { name: 'property', width: 2, limitSeconds: 120 },
  { name: 'interop', width: 1, limitSeconds: 300 },
  { name: 'e2e', width: 1, limitSeconds: 1200 },
];

/** The files of one kind that a run takes. */
export interface Selected {
  readonly kind: Kind;
  readonly files: readonly string[];
}

/** A selection, or what is wrong with the files or the filters. */
export interface Selection {
  readonly groups: readonly Selected[];
  readonly problems: readonly string[];
}

/**
 * Picks the test files to run.
 * @param files paths as `test/unit/net/prefix.test.ts`
 * @param filters names of kinds (`unit`) and parts of paths (`unit/net`); none takes everything. A file is taken
 *   when it is of one of the named kinds and holds one of the parts. Each filter must match a file.
 */
export function selectFiles(files: readonly string[], filters: readonly string[]): Selection {
  const kindNames = filters.filter((filter) => kinds.some((kind) => kind.name === filter));
  const parts = filters.filter((filter) => !kindNames.includes(filter));
  const groups = kinds
    .filter((kind) => kindNames.length === 0 || kindNames.includes(kind.name))
    .map((kind) => ({
      kind,
      files: files.filter(
        (file) => isOfKind(file, kind) && (parts.length === 0 || parts.some((part) => file.includes(part))),
      ),
    }));
  const chosen = groups.flatMap((group) => group.files);
  const strays = files.filter((file) => !kinds.some((kind) => isOfKind(file, kind)));
  return {
    groups: groups.filter((group) => group.files.length > 0),
    problems: [
      ...strays.map(
        (file) => `${file} lies in no kind's folder (${kinds.map((kind) => kind.name).join(', ')})`,
      ),
      ...parts
        .filter((part) => !chosen.some((file) => file.includes(part)))
        .map((part) => `no test file matches "${part}"`),
      ...(chosen.length === 0 && parts.length === 0 ? ['there is no test file to run'] : []),
    ],
  };
}

/** Lists `*.test.ts` below a folder, sorted, as paths from the current directory; test/fixtures is left out. */
export function listTestFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('fixtures/'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function isOfKind(file: string, kind: Kind): boolean {
  return file.startsWith(`test/${kind.name}/`);
}
