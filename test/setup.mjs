// Makes this computer ready: `node test/setup.mjs [--for test|demo]`. Plain JavaScript without packages: it runs before
// `npm ci`, which it runs itself when node_modules is not what package-lock.json says. Quick when all is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Debian packages that only the tests need, with a program of each. What the lab needs, src/lab/prepare.ts installs. */
const testPackages = [
  { name: 'shellcheck', program: 'shellcheck', reason: 'checks the shell programs in templates/' },
  { name: 'dash', program: 'dash', reason: 'one of the shells that the host programs must run in' },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { for: { type: 'string', default: 'test' } } });

process.exitCode = main(values.for);

/** @param {string} purpose */
function main(purpose) {
  if (purpose !== 'test' && purpose !== 'demo') return fail(`--for ${purpose}: it is test or demo`);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) return fail(`Node.js ${process.versions.node} is too old: install Node.js 20 or later`);
  if (!areModulesCurrent() && !installModules()) return fail('npm ci failed: see above');
  // The demo's own first step is to prepare the lab.
  return purpose === 'test' ? prepareTests() : 0;
}

/** Whether node_modules holds what package-lock.json names, optional packages of other platforms aside. */
function areModulesCurrent() {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = readJson(installedFile).packages;
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages);
  return wanted.every(([path, { version, optional }]) => {
    if (path === '' || (optional && !(path in installed))) return true;
    return installed[path]?.version === version;
  });
}

function installModules() {
  say('installing the npm packages of package-lock.json');
  // npm 11 runs no install script that package.json does not allow; older ones would build native parts for a minute.
  return run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}

function prepareTests() {
  const isRoot = process.getuid?.() === 0;
  const missing = testPackages.filter(({ program }) => !isProgram(program));
  if (missing.length > 0 && !(isRoot && installPackages(missing.map(({ name }) => name)))) {
    for (const { name, reason } of missing) warn(`${name} is missing: it ${reason}; those tests are skipped`);
  }
  if (!isRoot) {
    warn('not root: no Debian package is installed, and every test that needs the lab is skipped');
    return 0;
  }
  if (!run(process.execPath, ['--import', 'tsx', 'test/support/prepare-lab.ts'])) {
    warn('the lab is not ready: the tests that need it will fail');
  }
  return 0;
}

/** @param {readonly string[]} names */
function installPackages(names) {
  if (!isProgram('apt-get')) return false;
  say(`installing ${names.join(', ')}`);
  const install = ['-qq', '-y', '--no-install-recommends', 'install', ...names];
  // The package lists may be old or empty: they are fetched only when the first try says so.
  return run('apt-get', install) || (run('apt-get', ['-qq', 'update']) && run('apt-get', install));
}

/** @param {string} program @param {readonly string[]} args */
function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

/** @param {string} name */
function isProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

/** @param {string} text */
function warn(text) {
  process.stderr.write(`setup: WARNING: ${text}\n`);
}

/** @param {string} text */
function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  return 1;
}
