import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBreaches } from '../architecture/check.ts';
import { layers } from '../architecture/rules.ts';
import { parseSourceFile, readSourceFiles } from '../architecture/source-file.ts';

const tree = suite('architecture');

tree('src and test keep the rules of test/architecture/rules.ts', () => {
  assert.equal(findBreaches([...readSourceFiles('src'), ...readSourceFiles('test')]), []);
});

tree('the table is in order: a layer imports only layers above it in the table', () => {
  const seen: string[] = [];
  for (const layer of layers) {
    for (const each of layer.imports)
      assert.ok(seen.includes(each.split('/')[0] ?? ''), `${layer.folder} -> ${each}`);
    seen.push(layer.folder);
  }
});

tree('each row of the table has its folder in src', () => {
  for (const { folder } of layers) assert.ok(existsSync(`src/${folder}`), folder);
});

tree('packages of the table are dependencies, and each dependency has its layer', () => {
  const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const allowed = new Set(layers.flatMap((layer) => layer.packages));
  assert.equal(Object.keys(manifest.dependencies).sort(), [...allowed].sort());
});

tree.run();

/** A check that finds nothing proves nothing: each rule is broken once on purpose. */
const breaches = suite('architecture: what it finds');

type Texts = Readonly<Record<string, string>>;

function breachesOf(texts: Texts): readonly string[] {
  return findBreaches(Object.entries(texts).map(([path, text]) => parseSourceFile(path, text)));
}

const wrongTrees: readonly { readonly rule: string; readonly texts: Texts; readonly found: RegExp }[] = [
  {
    rule: 'an arrow upward',
    texts: { 'src/net/a.ts': "import { b } from '../plan/b.ts';", 'src/plan/b.ts': 'export const b = 1;' },
    found: /^src\/net\/a\.ts -> src\/plan\/b\.ts: net\/ may import only error$/,
  },
  {
    rule: 'an arrow upward for a type',
    texts: {
      'src/net/a.ts': "import type { B } from '../plan/b.ts';",
      'src/plan/b.ts': 'export type B = 1;',
    },
    found: /net\/ may import/,
  },
  {
    rule: 'an arrow upward in import()',
    texts: { 'src/faces/a.ts': "await import('../cli/b.ts');", 'src/cli/b.ts': '' },
    found: /src\/faces\/a\.ts -> src\/cli\/b\.ts/,
  },
  {
    rule: 'an arrow upward in export from',
    texts: { 'src/lab/a.ts': "export * from '../cli/b.ts';", 'src/cli/b.ts': '' },
    found: /src\/lab\/a\.ts -> src\/cli\/b\.ts/,
  },
  {
    rule: 'a file beside the one that is allowed',
    texts: { 'src/transport/a.ts': "import '../inventory/model.ts';", 'src/inventory/model.ts': '' },
    found: /transport\/ may import only net, error, inventory\/connection\.ts$/,
  },
  {
    rule: 'a computed import()',
    texts: { 'src/cli/a.ts': 'await import(name);' },
    found: /import\(\) of a computed path/,
  },
  {
    rule: 'src importing test',
    texts: { 'src/cli/a.ts': "import '../../test/b.ts';", 'test/b.ts': '' },
    found: /src\/cli\/a\.ts -> test\/b\.ts: cli\/ may import/,
  },
  {
    rule: 'a file outside of src',
    texts: { 'src/cli/a.ts': "import '../../package.json';" },
    found: /src\/cli\/a\.ts -> package\.json: leads out of src\/$/,
  },
  {
    rule: 'a package of another layer',
    texts: { 'src/operations/a.ts': "import { Client } from 'ssh2';" },
    found: /src\/operations\/a\.ts -> ssh2: operations\/ may import only p-queue/,
  },
  {
    rule: 'a node: module in a pure layer',
    texts: { 'src/plan/a.ts': "import { existsSync, readFileSync } from 'node:fs';" },
    found: /src\/plan\/a\.ts -> node:fs: plan\/ is pure/,
  },
  {
    rule: 'I/O through a file of an allowed layer',
    texts: {
      'src/plan/a.ts': "import { b } from './b.ts';",
      'src/plan/b.ts': "import { read } from '../inventory/read-file.ts';",
      'src/inventory/read-file.ts': "import { existsSync, readFileSync } from 'node:fs';",
    },
    found:
      /^src\/plan\/a\.ts -> src\/plan\/b\.ts -> src\/inventory\/read-file\.ts -> node:fs: a pure file reaches/,
  },
  {
    rule: 'the clock',
    texts: { 'src/ipam/a.ts': 'export const now = () => Date.now();' },
    found: /uses Date\.now/,
  },
  {
    rule: 'the date of today',
    texts: { 'src/ipam/a.ts': 'export const now = () => new Date();' },
    found: /new Date\(\)/,
  },
  {
    rule: 'randomness',
    texts: { 'src/ipam/a.ts': 'export const pick = { by: Math.random };' },
    found: /uses Math\.random/,
  },
  {
    rule: 'the process',
    texts: { 'src/ipam/a.ts': 'export const home = process.env.HOME;' },
    found: /uses process/,
  },
  {
    rule: 'the console',
    texts: { 'src/ipam/a.ts': 'export function say() { console.log(1); }' },
    found: /uses console/,
  },
  {
    rule: 'a timer',
    texts: { 'src/plan/a.ts': 'setTimeout(() => {}, 1);' },
    found: /uses setTimeout/,
  },
  {
    rule: 'a template read below the edge',
    texts: { 'src/transport/a.ts': "export const at = '../../templates/host/a.sh';" },
    found: /names "\.\.\/\.\.\/templates\/host\/a\.sh"/,
  },
  {
    rule: 'a circle',
    texts: {
      'src/plan/a.ts': "import './b.ts';",
      'src/plan/b.ts': "import './c.ts';",
      'src/plan/c.ts': "import type { A } from './a.ts';",
    },
    found: /^src\/plan\/a\.ts -> src\/plan\/b\.ts -> src\/plan\/c\.ts -> src\/plan\/a\.ts: .* circle$/,
  },
  {
    rule: 'a folder without a row',
    texts: { 'src/new/a.ts': '' },
    found: /src\/new\/a\.ts: its folder has no row/,
  },
  { rule: 'a file without a folder', texts: { 'src/a.ts': '' }, found: /src\/a\.ts: its folder has no row/ },
  { rule: 'an empty name', texts: { 'src/net/utils.ts': '' }, found: /"utils" does not say/ },
  {
    rule: 'a name in another case',
    texts: { 'src/net/subNet.ts': '' },
    found: /"subNet" is not in kebab-case/,
  },
  { rule: 'a long file', texts: { 'src/net/a.ts': '\n'.repeat(401) }, found: /401 lines, at most 400/ },
];

for (const { rule, texts, found } of wrongTrees) {
  breaches(rule, () => {
    const lines = breachesOf(texts);
    assert.ok(lines.length >= 1, 'nothing was found');
    assert.match(lines.join('\n'), new RegExp(found.source, 'm'));
  });
}

breaches('nothing in a tree that keeps the rules', () => {
  const texts: Texts = {
    'src/net/a.ts': "import { error } from '../error/b.ts';\nexport const a = new Date(0);",
    'src/error/b.ts': 'export const error = { process: 1, console: 2 };\nexport type Date = { now: number };',
    'src/inventory/read-file.ts': "import { existsSync, readFileSync } from 'node:fs';\nprocess.cwd();",
    'src/plan/c.ts':
      "import type { Text } from '../inventory/read-file.ts';\nconst { setTimeout: wait } = given;",
    'src/cli/d.ts': "await import('../faces/e.ts');\nconst path = '../../templates/host/a.sh';",
    'src/faces/e.ts': 'export function show(process: { name: string }) { return process.name; }',
    'test/support/f.ts': "import '../../src/cli/d.ts';",
  };
  assert.equal(breachesOf(texts), []);
});

breaches.run();
