import { posix } from 'node:path';
import {
  edgeFolders,
  emptyNames,
  impureGlobals,
  type Layer,
  layers,
  longestFile,
  purePackages,
} from './rules.ts';
import type { SourceFile } from './source-file.ts';

type Files = ReadonlyMap<string, SourceFile>;

/**
 * Checks the files of src/ (and, for size and names, of test/) against the rules.
 * @returns one line for each breach: the file or the arrow, and the rule it breaks
 */
export function findBreaches(sources: readonly SourceFile[]): readonly string[] {
  const files: Files = new Map(sources.map((file) => [file.path, file]));
  return [
    ...sources.flatMap(checkShape),
    ...sources.filter((file) => file.path.startsWith('src/')).flatMap((file) => checkLayer(file, files)),
    ...findCycles(files).map((cycle) => `${cycle.join(' -> ')}: files import each other in a circle`),
  ];
}

function checkShape(file: SourceFile): readonly string[] {
  const names = file.path.split('/').map((name) => name.replace(/(\.test)?\.tsx?$/, ''));
  const empty = names.filter((name) => emptyNames.includes(name));
  const crooked = names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+|\.\d+)*$/.test(name));
  return [
    ...empty.map((name) => `${file.path}: "${name}" does not say what it holds`),
    ...crooked.map((name) => `${file.path}: "${name}" is not in kebab-case`),
    ...(file.lines > longestFile ? [`${file.path}: ${file.lines} lines, at most ${longestFile}`] : []),
  ];
}

function checkLayer(file: SourceFile, files: Files): readonly string[] {
  const layer = layerOf(file.path);
  if (layer === undefined) return [`${file.path}: its folder has no row in test/architecture/rules.ts`];
  return [
    ...checkArrows(file, layer, files),
    ...checkPackages(file, layer),
    ...checkGlobals(file, layer),
    ...checkReachability(file, files),
    ...checkDataPaths(file, layer),
  ];
}

function checkArrows(file: SourceFile, layer: Layer, files: Files): readonly string[] {
  const allowed = [layer.folder, ...layer.imports].map((each) => `src/${each}`);
  return file.files.flatMap(({ target }) => {
    const arrow = `${file.path} -> ${target}`;
    if (!files.has(target)) return target.startsWith('src/') ? [] : [`${arrow}: leads out of src/`];
    const isAllowed = allowed.some((each) => target === each || target.startsWith(`${each}/`));
    return isAllowed ? [] : [`${arrow}: ${layer.folder}/ may import ${listed(layer.imports)}`];
  });
}

function checkPackages(file: SourceFile, layer: Layer): readonly string[] {
  return file.modules.flatMap(({ target }) => {
    const isNode = target.startsWith('node:');
    if (isNode ? isShell(file.path) : layer.packages.includes(packageOf(target))) return [];
    const rule = isNode ? 'is pure and imports no node: module' : `may import ${listed(layer.packages)}`;
    return [`${file.path} -> ${target}: ${layer.folder}/ ${rule}`];
  });
}

function checkGlobals(file: SourceFile, layer: Layer): readonly string[] {
  const computed = file.globals.includes('import(computed)')
    ? [`${file.path}: import() of a computed path hides an arrow`]
    : [];
  if (isShell(file.path)) return computed;
  const impure = [...new Set(file.globals)].filter((name) => impureGlobals.includes(name));
  return [
    ...computed,
    ...impure.map(
      (name) => `${file.path}: uses ${name}, but ${layer.folder}/ is pure: take it as a parameter`,
    ),
  ];
}

/** A pure file must not do I/O through another file either. */
function checkReachability(file: SourceFile, files: Files): readonly string[] {
  if (isShell(file.path)) return [];
  const path = pathToShell(file.path, files, new Set());
  return path === undefined || path.length < 3 ? [] : [`${path.join(' -> ')}: a pure file reaches I/O`];
}

/** The shortest way found from a file to something impure, the file first; undefined when there is none. */
function pathToShell(from: string, files: Files, seen: Set<string>): readonly string[] | undefined {
  const file = files.get(from);
  if (file === undefined || seen.has(from)) return undefined;
  seen.add(from);
  const impure = file.modules.find(
    (each) => !each.typeOnly && !purePackages.includes(packageOf(each.target)),
  );
  if (impure !== undefined) return [from, impure.target];
  for (const { target, typeOnly } of file.files) {
    const rest = typeOnly ? undefined : pathToShell(target, files, seen);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}

function checkDataPaths(file: SourceFile, layer: Layer): readonly string[] {
  if (edgeFolders.includes(layer.folder)) return [];
  return file.texts
    .filter((text) => /(^|\.\/)(templates|inventory)\//.test(text) && !text.endsWith('.ts'))
    .map((text) => `${file.path}: names "${text}"; ${listed(edgeFolders)} read templates/ and inventory/`);
}

/** Each circle of imports once, from its first file in the alphabet. */
function findCycles(files: Files): readonly (readonly string[])[] {
  const cycles = new Map<string, readonly string[]>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const members = trail.slice(start);
      cycles.set([...members].sort().join(), [...members, path]);
    }
    if (start >= 0 || done.has(path)) return;
    for (const { target } of files.get(path)?.files ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of [...files.keys()].sort()) visit(path, []);
  return [...cycles.values()];
}

function layerOf(path: string): Layer | undefined {
  return layers.find((layer) => path.startsWith(`src/${layer.folder}/`));
}

function isShell(path: string): boolean {
  const layer = layerOf(path);
  if (layer?.kind === 'shell') return true;
  return layer?.shellFiles?.some((start) => posix.basename(path).startsWith(start)) ?? false;
}

function packageOf(specifier: string): string {
  const depth = specifier.startsWith('@') ? 2 : 1;
  return specifier.split('/').slice(0, depth).join('/');
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : `only ${names.join(', ')}`;
}
