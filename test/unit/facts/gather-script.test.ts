/** The real script, run here by every shell that hosts have, and its answer read. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gatherScript, parseFacts } from '../../../src/facts/gather-script.ts';
import { findShells } from '../../support/posix-shells.ts';
import { skipTest } from '../../support/skip.ts';

const test = suite('gather script');

function leftovers(): readonly string[] {
  return ['/run', '/tmp'].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith('route-mesh-facts')),
  );
}

function run(
  shell: readonly string[],
  input: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  const [command = 'sh', ...words] = shell;
  const env = { ...process.env, ...environment };
  const { stdout, stderr, status } = spawnSync(command, words, { input, encoding: 'utf8', env });
  assert.is(stderr, '');
  assert.is(status, 0);
  return stdout;
}

for (const shell of findShells()) {
  test(`${shell.join(' ')} gathers this machine's facts`, () => {
    const connection = '192.0.2.7 40022 192.0.2.9 22';
    const facts = parseFacts(run(shell, gatherScript, { SSH_CONNECTION: connection }));
    assert.is(facts.hostname, hostname());
    assert.is(facts.userId, process.getuid?.());
    assert.ok(Math.abs(facts.time - Date.now() / 1000) < 60);
    assert.ok(facts.links.some((link) => link.name === 'lo'));
    assert.ok(facts.tools['awk']);
    assert.match(facts.sysctls['net.ipv4.ip_forward'] ?? '', /^[01]$/);
    assert.is(facts.sshServerAddress, '192.0.2.9');
    assert.is(facts.sshClientAddress, '192.0.2.7');
  });
}

test('leaves no variable, no function and no file', () => {
  const before = leftovers();
  const after = 'echo "folder is $folder"; command -v section_links || echo no function\n';
  const output = run(['sh'], `folder=mine\n${gatherScript}${after}`);
  assert.match(output, /@@end\nfolder is mine\nno function\n$/);
  assert.equal(leftovers(), before);
});

test('finds the SSH connection that sudo dropped in the processes above', () => {
  const script = `unset SSH_CONNECTION; sh <<'END_OF_SCRIPT'\n${gatherScript}END_OF_SCRIPT\n`;
  const facts = parseFacts(run(['sh'], script, { SSH_CONNECTION: '192.0.2.7 40022 192.0.2.9 22' }));
  assert.is(facts.sshServerAddress, '192.0.2.9');
});

if (spawnSync('shellcheck', ['--version']).status === 0) {
  test('shellcheck has nothing to say', () => {
    const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-'], { input: gatherScript, encoding: 'utf8' });
    assert.is(stdout, '');
  });
} else skipTest(test, 'shellcheck has nothing to say', 'needs shellcheck: apt-get install shellcheck');

test.run();
