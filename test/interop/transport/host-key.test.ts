/** Host keys of a real sshd against known_hosts: strict, accept-new, changed, revoked, several types. */
import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  connectionTo,
  outputOf,
  plainTransport,
  refusalOf,
  writeKnownHosts,
} from '../../support/ssh-session.ts';
import { openSshWorkshop, type Sshd, skipUnlessSshd } from '../../support/sshd.ts';

skipUnlessSshd();
const workshop = await openSshWorkshop();
const key = await workshop.makeKey('key');
await workshop.authorize(key);
const server = await workshop.startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });

const hostKey = suite('host key of a real sshd');
hostKey.after(workshop.remove);

const against = async (lines: readonly string[], hostKeys: 'strict' | 'accept-new' = 'strict') =>
  connectionTo(workshop, server, key, { knownHosts: [await writeKnownHosts(workshop, lines)], hostKeys });

/** The server's line of one type, under other names. */
const lineOf = (sshd: Sshd, index: number, names: string): string =>
  (sshd.knownHosts[index] ?? '').replace(/^\S+/, names);

hostKey(
  'is accepted by each type that is known, plain, hashed, by pattern and in a second file',
  async () => {
    for (const index of [0, 1, 2]) {
      assert.is(
        await outputOf(await against([lineOf(server, index, `[127.0.0.1]:${server.port}`)]), 'echo in'),
        'in\n',
      );
    }
    const hashed = await writeKnownHosts(workshop, server.knownHosts);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' });
    assert.match(await readFile(hashed, 'utf8'), /^\|1\|/);
    const missing = join(workshop.directory, 'no-such-file');
    const options = await connectionTo(workshop, server, key, { knownHosts: [missing, hashed] });
    assert.is(await outputOf(options, 'echo in'), 'in\n');
    const pattern = lineOf(server, 0, '!10.*,[127.0.0.?]:*');
    assert.is(await outputOf(await against([pattern]), 'echo in'), 'in\n');
    assert.is(await outputOf(await against([lineOf(server, 1, '127.0.0.1')]), 'echo in'), 'in\n');
  },
);

hostKey('that is unknown is refused with its fingerprint and a command that learns it', async () => {
  const options = await against(['# nothing']);
  const refusal = await refusalOf(outputOf(options, 'true'), 'host-key-unknown');
  const [print = ''] =
    /SHA256:\S+/.exec(
      execFileSync('ssh-keygen', ['-lf', '-'], { input: lineOf(server, 0, '').trim(), encoding: 'utf8' }),
    ) ?? [];
  assert.ok(refusal.message.includes(print), refusal.message);
  assert.is(refusal.host, 'h1');
  const [command = ''] = /ssh-keyscan [^`]+/.exec(refusal.cure ?? '') ?? [];
  execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore' });
  assert.is(await outputOf(options, 'echo learned'), 'learned\n');
});

hostKey('that changed is refused with both fingerprints, the place and the cure', async () => {
  const other = await workshop.startSshd();
  const options = await against(
    ['# first line', lineOf(other, 0, `[127.0.0.1]:${server.port}`)],
    'accept-new',
  );
  const refusal = await refusalOf(outputOf(options, 'true'), 'host-key-changed');
  assert.is(refusal.message.match(/SHA256:/g)?.length, 2);
  assert.is(refusal.place, `${options.knownHosts?.[0]}:2`);
  const [command = ''] = /ssh-keygen [^`]+/.exec(refusal.cure ?? '') ?? [];
  execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore' });
  assert.is(await outputOf(options, 'echo learned'), 'learned\n');
});

hostKey('of another type than the known one is a changed key, not a new one', async () => {
  const other = await workshop.startSshd({ hostKeys: ['ecdsa'] });
  const options = await against([lineOf(other, 0, `[127.0.0.1]:${server.port}`)], 'accept-new');
  await refusalOf(outputOf(options, 'true'), 'host-key-changed');
});

hostKey('that is revoked, or vouched for by an authority only, is refused', async () => {
  const revoked = [...server.knownHosts, `@revoked ${lineOf(server, 0, '*')}`];
  const refusal = await refusalOf(outputOf(await against(revoked), 'true'), 'host-key-changed');
  assert.match(refusal.message, /@revoked/);
  const authority = await against([`@cert-authority ${lineOf(server, 0, '[127.0.0.1]:*')}`], 'accept-new');
  const unknown = await refusalOf(outputOf(authority, 'true'), 'host-key-unknown');
  assert.match(unknown.message, /certificate authority/);
});

hostKey('that is new is written down once, after a login, in a file of its own mode', async () => {
  const file = join(workshop.directory, 'fresh', 'known_hosts');
  const options = await connectionTo(workshop, server, key, { knownHosts: [file], hostKeys: 'accept-new' });
  const wrong = await workshop.makeKey('wrong');
  await refusalOf(outputOf({ ...options, keys: [wrong] }, 'true'), 'authentication-failed');
  await refusalOf(outputOf({ ...options, hostKeys: 'strict' }, 'true'), 'host-key-unknown');
  const transport = plainTransport();
  await Promise.all([1, 2, 3].map(() => outputOf(options, 'true', transport)));
  assert.is(
    await readFile(file, 'utf8'),
    `${lineOf(server, 0, `[127.0.0.1]:${server.port}`).split(' ').slice(0, 3).join(' ')}\n`,
  );
  assert.is((await stat(file)).mode & 0o777, 0o600);
  assert.is((await stat(join(file, '..'))).mode & 0o777, 0o700);
  assert.is(await outputOf({ ...options, hostKeys: 'strict' }, 'echo known', transport), 'known\n');
});

hostKey('that is new does not run into a last line without newline', async () => {
  const file = join(workshop.directory, 'unended');
  await writeFile(file, '# no newline');
  const options = await connectionTo(workshop, server, key, { knownHosts: [file], hostKeys: 'accept-new' });
  await outputOf(options, 'true');
  assert.match(await readFile(file, 'utf8'), /^# no newline\n\[127/);
});

hostKey.run();
