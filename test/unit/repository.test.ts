import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipFile } from '../support/skip.ts';

if (!existsSync('.git')) skipFile('needs a git clone: it reads the list of tracked files');

const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync);

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const t = suite('repository');

t('holds only these names at the top', () => {
  const names = new Set(tracked.map((path) => path.split('/')[0] ?? ''));
  const visible = [...names].filter((name) => !name.startsWith('.')).sort();
  const allowed = [
    'README.md',
    'inventory',
    'package-lock.json',
    'package.json',
    'src',
    'templates',
    'test',
    'tsconfig.json',
  ];
  assert.equal(
    visible.filter((name) => !allowed.includes(name)),
    [],
  );
});

t('names no path of the machine it was written on', () => {
  // Put together here, so that this file does not match itself.
  const folders = ['work', 'farm', 'tmp/research'].map((name) => `/${name}/`).join('|');
  const pattern = new RegExp(`(?:^|[\\s'"\`=:(])(?:${folders})|\\.\\./shared\\b`, 'm');
  const guilty = tracked.filter((path) => pattern.test(readFileSync(path, 'utf8')));
  assert.equal(guilty, []);
});

t('locks versions, not a registry', () => {
  const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const bound = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
  assert.equal(bound, []);
  assert.not.match(readFileSync('.npmrc', 'utf8'), /registry/);
});

t('locks the optional packages of every platform', () => {
  // `npm ci` of npm 11 refuses a lock file in which one is missing, on any platform.
  const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const optional = Object.values(lock.packages).flatMap((each) =>
    Object.keys(each.optionalDependencies ?? {}),
  );
  assert.equal(
    optional.filter((name) => !(`node_modules/${name}` in lock.packages)),
    [],
  );
});

t.run();
