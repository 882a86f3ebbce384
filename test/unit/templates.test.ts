import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipTest } from '../support/skip.ts';

/** Shell programs below templates/, with the shell of their first line. */
const programs = readdirSync('templates', { recursive: true, encoding: 'utf8' })
  .map((name) => `templates/${name}`)
  .filter((path) => statSync(path).isFile())
  .flatMap((path) => {
    const shell = /^#!(?:\/usr\/bin\/env |\/bin\/|\/sbin\/)(sh|bash|openrc-run)\b/.exec(
      readFileSync(path, 'utf8'),
    )?.[1];
    return shell === undefined ? [] : [{ path, shell }];
  });

const onHosts = programs.filter(({ path }) => !path.startsWith('templates/lab/'));

/** The interpreters that /bin/sh is on the systems we support; each only parses the file. */
const shells: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix']];

const t = suite('templates');

/** Runs a checker; undefined when the machine does not have it. */
function complaintsOf(argv: readonly string[], path: string): string | undefined {
  const [program = '', ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, [...args, path], { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  return status === 0 ? '' : `${stdout}${stderr}` || `${argv.join(' ')} ended with ${status}`;
}

function check(name: string, argv: readonly string[], path: string): void {
  const complaints = complaintsOf(argv, path);
  if (complaints === undefined) skipTest(t, name, `needs ${argv[0]}: apt-get install it`);
  else t(name, () => assert.is(complaints, ''));
}

t('what goes to hosts is POSIX sh', () => {
  assert.ok(onHosts.length > 0);
  for (const { path, shell } of onHosts) assert.is.not(shell, 'bash', path);
});

for (const { path, shell } of programs) {
  const dialect = shell === 'bash' ? 'bash' : 'sh';
  const follow = ['--external-sources', '--source-path=SCRIPTDIR', '--format=gcc'];
  // openrc-run reads the variables of a service file, so no use of them is in sight.
  const exempt = shell === 'openrc-run' ? ['--exclude=SC2034'] : [];
  check(`${path}: shellcheck`, ['shellcheck', `--shell=${dialect}`, ...follow, ...exempt], path);
}

for (const { path } of onHosts) {
  for (const shell of shells) check(`${path}: ${shell[0]} reads it`, [...shell, '-n'], path);
}

t.run();
