/** Scripts in the resident shell of a real sshd: framing, limits, and what happens when the connection dies. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Session } from '../../../src/transport/session.ts';
import { connectionTo, outputOf, refusalOf, withSession } from '../../support/ssh-session.ts';
import { homeOf, openSshWorkshop, skipUnlessSshd } from '../../support/sshd.ts';

skipUnlessSshd();
const workshop = await openSshWorkshop();
const key = await workshop.makeKey('key');
await workshop.authorize(key);
const server = await workshop.startSshd({ config: ['MaxSessions 1'] });
const options = await connectionTo(workshop, server, key);

const script = suite('script in the resident shell of a real sshd');
script.after(workshop.remove);

const step = { timeout: 20, step: 'test' };
const run = (text: string) => withSession(options, (session) => session.run(text, step));

script('gives status, output and errors apart, to the byte', async () => {
  const result = await run('printf "no newline"; printf "e\\n\\n" >&2; exit 7');
  assert.equal(result, { code: 7, stdout: 'no newline', stderr: 'e\n\n' });
  assert.equal(await run(''), { code: 0, stdout: '', stderr: '' });
  assert.is((await run("kill -9 $(sh -c 'echo $PPID')")).code, 137);
});

script('runs as root, away from the home directory, in the C locale', async () => {
  const { stdout } = await run(
    'id -u; pwd; echo $LC_ALL; umask; command -v ip >/dev/null || command -v sshd',
  );
  assert.match(stdout, /^0\n\/\nC\n0022\n/);
});

script('runs many steps, over one channel, one after the other', async () => {
  const texts = await withSession(options, (session: Session) =>
    Promise.all(
      Array.from({ length: 30 }, (_, i) => session.run(`echo ${i}; x=${i}; echo "\${y-none}"; y=1`, step)),
    ),
  );
  assert.equal(
    texts.map((result) => result.stdout),
    Array.from({ length: 30 }, (_, i) => `${i}\nnone\n`),
  );
});

script('keeps a script that reads standard input from eating the next', async () => {
  await withSession(options, async (session) => {
    const eaten = session.run('cat; read x; echo "read: $x"', step);
    const next = session.run('echo next', step);
    assert.is((await eaten).stdout, 'read: \n');
    assert.is((await next).stdout, 'next\n');
  });
});

script('carries heredocs, and megabytes both ways', async () => {
  const line = `${'x'.repeat(99)}\n`;
  const body = line.repeat(30_000);
  const { stdout } = await run(`cat <<'END_OF_FILE'\n${body}END_OF_FILE`);
  assert.is(stdout, body);
  const { stdout: count, stderr } = await run(
    'dd if=/dev/zero bs=65536 count=400 2>/dev/null | tr "\\0" a | tee /dev/stderr | wc -c',
  );
  assert.is(count.trim(), '26214400');
  assert.is(stderr.length, 26_214_400);
});

script('shows lines as they complete', async () => {
  const seen: string[] = [];
  let atFirst: Promise<unknown> | undefined;
  await withSession(options, async (session) => {
    const onLine = (line: string): void => {
      seen.push(line);
      atFirst ??= writeFile(join(workshop.directory, 'go'), '');
    };
    // The script waits until we have seen its first line.
    const wait = `while [ ! -e ${workshop.directory}/go ]; do sleep 0.05; done`;
    await session.run(`echo one; ${wait}; echo; echo two; printf three`, { ...step, onLine });
  });
  await atFirst;
  assert.equal(seen, ['one', '', 'two', 'three']);
});

script('gives up a step that takes too long and closes the connection', async () => {
  await withSession(options, async (session) => {
    const refusal = await refusalOf(session.run('sleep 30', { timeout: 1, step: 'slow' }), 'step-timeout');
    assert.is(refusal.host, 'h1');
    assert.is(refusal.step, 'slow');
    const after = await refusalOf(session.run('echo', step), 'connection-lost');
    assert.is(after.step, 'test');
  });
});

script('tells when the connection dies within a step', async () => {
  await withSession(options, async (session) => {
    const lost = session.run('echo begun; sleep 30', { ...step, onLine: () => server.killSessions() });
    await refusalOf(lost, 'connection-lost');
  });
});

script('does not start a script with a syntax error, and says what the shell said', async () => {
  const mark = join(workshop.directory, 'started');
  const refusal = await refusalOf(run(`touch ${mark}\nif true; then`), 'connection-lost');
  assert.match(refusal.message, /[Ss]yntax error/);
  assert.not(existsSync(mark));
});

script('passes over what the profile of the login shell prints', async () => {
  const user = await workshop.addUser('noise', { sudo: 'ALL=(ALL) NOPASSWD: ALL' });
  const profile = 'echo WELCOME; echo "motd on stderr" >&2; printf "no newline"\n';
  await writeFile(join(homeOf(workshop, user), '.bashrc'), profile);
  const noisy = await connectionTo(workshop, server, key, {
    user,
    privilege: { kind: 'sudo', password: { kind: 'none' } },
  });
  const result = await withSession(noisy, (session) => session.run('id -u', step));
  assert.equal(result, { code: 0, stdout: '0\n', stderr: '' });
});

script('tells of a login shell that does not run commands', async () => {
  const user = await workshop.addUser('nologin', { shell: '/usr/sbin/nologin' });
  const refusal = await refusalOf(
    outputOf(await connectionTo(workshop, server, key, { user }), 'true'),
    'host-unreachable',
  );
  assert.match(refusal.message, /login shell/);
});

script.run();
