import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** What a user gets: the packed package, installed into an empty project. */
interface Installed {
  folder: string;
  /** Paths in the package. */
  files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const t = suite<Installed>('package', { folder: '', files: [] });

t.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), `route-mesh-package-${process.pid}-`));
  const pack = ['pack', '--silent', '--json', '--pack-destination', context.folder];
  const [report]: readonly PackReport[] = JSON.parse(npm(pack, process.cwd()));
  assert.ok(report, 'npm pack made nothing');
  context.files = report.files.map(({ path }) => path);
  const project = join(context.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true}\n');
  // Its dependencies build native parts that they do without; --ignore-scripts is what npm 11 does by itself.
  const install = ['install', '--silent', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm([...install, join(context.folder, report.filename)], project);
});

t.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function npm(args: readonly string[], folder: string): string {
  // npm hands its own settings to what it starts; this npm is to see only those of its folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('npm_config_')),
  );
  return execFileSync('npm', args, { cwd: folder, encoding: 'utf8', env });
}

function routeMesh({ folder }: Installed, ...args: readonly string[]): string {
  return execFileSync(join(folder, 'project/node_modules/.bin/route-mesh'), args, {
    encoding: 'utf8',
    cwd: folder,
  });
}

t('says its version', (context) => {
  const manifest: { readonly version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  assert.ok(routeMesh(context, '--version').trim().endsWith(manifest.version));
});

t('shows its help', (context) => {
  const help = routeMesh(context, '--help');
  for (const command of ['init', 'plan', 'sync', 'verify', 'lab']) assert.match(help, command);
});

t('holds the program, the templates and the example, and nothing else', ({ files }) => {
  const expected = [
    'dist/cli/main.js',
    'templates/host/route-mesh-host.sh',
    'inventory/example.yaml',
    'README.md',
  ];
  assert.equal(
    expected.filter((path) => !files.includes(path)),
    [],
  );
  const stray = files.filter(
    (path) => !/^(dist\/.*\.js|templates\/.*|inventory\/example\.yaml|README\.md|package\.json)$/.test(path),
  );
  assert.equal(stray, []);
});

t.run();
