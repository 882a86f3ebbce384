/** Becoming root through a real sudo, for local users made for this run. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionOptions, SudoPassword } from '../../../src/inventory/connection.ts';
import { createSsh2Transport } from '../../../src/transport/ssh2-transport.ts';
import { skipTest } from '../../support/skip.ts';
import { connectionTo, outputOf, plainTransport, refusalOf } from '../../support/ssh-session.ts';
import { openSshWorkshop, skipUnlessSshd, sudoLog } from '../../support/sshd.ts';

skipUnlessSshd();
const PASSWORD = 'pa$$ \'word\\ "ö';
const workshop = await openSshWorkshop();
const key = await workshop.makeKey('key');
await workshop.authorize(key);
const server = await workshop.startSshd();
const free = await workshop.addUser('free', { password: PASSWORD, sudo: 'ALL=(ALL) NOPASSWD: ALL' });
const asked = await workshop.addUser('asked', { password: PASSWORD, sudo: 'ALL=(ALL) ALL' });
const nobody = await workshop.addUser('nobody', { password: PASSWORD });

const sudo = suite('sudo on a real host');
sudo.after(workshop.remove);

const as = (user: string, password: SudoPassword): Promise<ConnectionOptions> =>
  connectionTo(workshop, server, key, { user, privilege: { kind: 'sudo', password } });
const given = (password: string): SudoPassword => ({ kind: 'given', reveal: () => password });

/** Answers that are kept from the error, wherever it would show them. */
function assertNoSecret(error: unknown): void {
  assert.not.ok(JSON.stringify([error, String(error)]).includes('pa$$'));
}

sudo('works without a password where none is asked for', async () => {
  assert.is(await outputOf(await as(free, { kind: 'none' }), 'id -u; cat'), '0\n');
});

sudo('works with a password where one is asked for, from each source', async () => {
  assert.is(await outputOf(await as(asked, given(PASSWORD)), 'id -u; cat'), '0\n');
  const environment = { SUDO_PW: PASSWORD };
  const variable = await as(asked, { kind: 'environment', variable: 'SUDO_PW' });
  assert.is(await outputOf(variable, 'id -u', plainTransport(environment)), '0\n');
  const file = join(workshop.directory, 'secret');
  await writeFile(file, `${PASSWORD}\nsecond line\n`, { mode: 0o600 });
  assert.is(await outputOf(await as(asked, { kind: 'command', command: `cat ${file}` }), 'id -u'), '0\n');
});

sudo('never sends a password that is not asked for', async () => {
  const { log } = await traced(await as(free, given('not-to-be-sent')), 'cat; echo "[$(id -u)]"');
  assert.is(log, '[0]\n');
});

/** A script's output and errors together: a password given to a shell would show as a command not found. */
async function traced(options: ConnectionOptions, script: string): Promise<{ readonly log: string }> {
  const session = await plainTransport().open('h1', options);
  try {
    const first = await session.run(script, { timeout: 10, step: 'test' });
    const second = await session.run('cat', { timeout: 10, step: 'test' });
    return { log: first.stdout + first.stderr + second.stdout + second.stderr };
  } finally {
    await session.close();
  }
}

sudo('asks the operator once for all hosts, and only when a host asks', async () => {
  const prompts: string[] = [];
  const askPassword = async (prompt: string): Promise<string> => {
    prompts.push(prompt);
    return PASSWORD;
  };
  const transport = createSsh2Transport({ askPassword, environment: process.env });
  assert.is(await outputOf(await as(free, { kind: 'ask' }), 'id -u', transport), '0\n');
  assert.is(prompts.length, 0);
  const hosts = await Promise.all([1, 2, 3].map(() => as(asked, { kind: 'ask' })));
  await Promise.all(hosts.map((host) => outputOf(host, 'id -u', transport)));
  assert.is(prompts.length, 1);
});

sudo('tries a wrong password once', async () => {
  const refusal = await refusalOf(outputOf(await as(asked, given('pa$$wrong')), 'true'), 'sudo-refused');
  assert.match(refusal.message, /not accepted for rm\d+asked/);
  assertNoSecret(refusal);
  const logged = await until(() => readFile(sudoLog(workshop.directory), 'utf8'), /incorrect/);
  assert.match(logged.replace(/\n +/g, ' '), /asked : 1 incorrect password attempt ;/);
});

/** What `read` gives once it matches; the last that it gave after two seconds. */
async function until(read: () => Promise<string>, expected: RegExp): Promise<string> {
  let text = await read();
  for (let tries = 0; tries < 40 && !expected.test(text); tries += 1) {
    await sleep(50);
    text = await read();
  }
  return text;
}

sudo('that lacks something is told with its cure', async () => {
  const cases: readonly [ConnectionOptions, RegExp][] = [
    [await as(asked, { kind: 'none' }), /asks rm\d+asked for a password, and the inventory gives none/],
    [await as(asked, { kind: 'ask' }), /there is no terminal/],
    [await as(asked, { kind: 'environment', variable: 'NOT_SET' }), /NOT_SET holds none/],
    [
      await as(asked, { kind: 'command', command: 'echo "pa$$"; exit 3' }),
      /command .* failed: it ended with 3/,
    ],
    [await as(nobody, given(PASSWORD)), /is not in the sudoers file/],
    [
      await connectionTo(workshop, server, key, { user: nobody }),
      /is not root, and the inventory asks for no sudo/,
    ],
  ];
  for (const [options, expected] of cases) {
    const refusal = await refusalOf(outputOf(options, 'true'), 'sudo-refused');
    assert.match(refusal.message, expected);
    assert.is(refusal.host, 'h1');
    assertNoSecret(refusal);
  }
});

for (const shell of ['/bin/dash', '/bin/tcsh', '/usr/bin/fish']) {
  const name = `works from the login shell ${shell}`;
  if (!existsSync(shell)) skipTest(sudo, name, `needs ${shell}`);
  else
    sudo(name, async () => {
      const user = await workshop.addUser(basename(shell), {
        password: PASSWORD,
        sudo: 'ALL=(ALL) ALL',
        shell,
      });
      assert.is(await outputOf(await as(user, given(PASSWORD)), 'id -u; cat'), '0\n');
    });
}

sudo('is not used where the login user is root', async () => {
  assert.is(await outputOf(await as('root', { kind: 'none' }), 'id -u; env | grep -c SUDO_'), '0\n0\n');
});

sudo('shows no password in any process list', async () => {
  const listing = await outputOf(
    await as(asked, given(PASSWORD)),
    'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
  );
  assert.ok(listing.length > 0);
  assert.not.ok(listing.includes(PASSWORD));
});

sudo.run();
