import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ChangeRequest, quoteWord, renderChangeScript } from '../../../src/render/change-script.ts';
import { findShells } from '../../support/posix-shells.ts';

const test = suite('change script');

const request: ChangeRequest = {
  verb: 'activate',
  baseRevision: 3,
  stagingName: 'staged-0123',
  operator: 'alice@laptop pid 7',
  restart: true,
  docker0: '10.208.0.1/24',
  daemonJsonPath: '/etc/docker/daemon.json',
  daemonJson: undefined,
  removeDaemonJson: false,
  files: {},
};

function run(shell: readonly string[], script: string): string {
  const [program = '', ...words] = shell;
  return spawnSync(program, words, { input: script, encoding: 'utf8' }).stdout;
}

/**
 * What the script stages under a file name, by a real shell: the folder is one of the test's own, and the change
 * program is one that prints the file.
 */
function staged(shell: readonly string[], changes: Partial<ChangeRequest>, name: string): string {
  const program = { 'route-mesh-change.sh': `cat "$2/${name}"; rm -rf "$2"\n` };
  const script = renderChangeScript({ ...request, ...changes, files: { ...program, ...changes.files } });
  return run(
    shell,
    `scratch=$(mktemp -d)\n${script.replaceAll('/var/lib/route-mesh', '$scratch')}rmdir $scratch\n`,
  );
}

const AWKWARD = [
  'plain\n',
  'no newline at the end',
  '',
  `quotes ' " \` $HOME $(id) \\ \n`,
  'END_OF_FILE\nEND_OF_FILE_\n',
  '\n\n  leading and trailing\t\n\n',
  'Größe ✓\n',
];

for (const shell of findShells()) {
  for (const content of AWKWARD) {
    test(`${shell.join(' ')}: ${JSON.stringify(content)} arrives to the byte`, () => {
      assert.is(staged(shell, { files: { notes: content } }, 'etc/notes'), content);
    });
  }

  test(`${shell.join(' ')}: words are words`, () => {
    const words = ["it's", 'a b', '$x', '', '*', '-n', 'ünï', '"', '\\', ';rm'];
    const printed = run(shell, `printf '%s\\n' ${words.map(quoteWord).join(' ')}\n`);
    assert.is(printed, `${words.join('\n')}\n`);
  });

  test(`${shell.join(' ')}: the request is lines that nobody can add to`, () => {
    const text = staged(shell, { operator: 'eve@x\nrestart=yes', restart: false }, 'request');
    assert.equal(text.split('\n'), [
      'operator=eve@x restart=yes',
      'restart=no',
      'docker0=10.208.0.1/24',
      'daemon-json=/etc/docker/daemon.json',
      'remove-daemon-json=no',
      '',
    ]);
  });
}

test('interim files of daemon.json travel where there are some', () => {
  const path = '/etc/docker/daemon.json';
  const without = renderChangeScript({ ...request, daemonJson: { path, content: '{}\n' } });
  assert.match(without, /^cat >daemon\.json /m);
  assert.not.match(without, 'daemon.json.restarting');
  const whole = { path, content: '{}\n', whileRestarting: '{"a":1}\n', whileReverting: '{"b":1}\n' };
  const withAll = renderChangeScript({ ...request, daemonJson: whole });
  assert.match(withAll, /^cat >daemon\.json\.restarting /m);
  assert.match(withAll, /^cat >daemon\.json\.reverting /m);
});

test('the change program is called with what it was planned from', () => {
  const [last] = renderChangeScript(request).trimEnd().split('\n').slice(-1);
  assert.is(
    last,
    'sh /var/lib/route-mesh/.staged-0123/etc/route-mesh-change.sh activate /var/lib/route-mesh/.staged-0123 3',
  );
});

test.run();
