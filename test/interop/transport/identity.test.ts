/** Logging in to a real sshd: keys from files, an agent, and every way of having no key that is let in. */
import { execFileSync, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionOptions } from '../../../src/inventory/connection.ts';
import { connectionTo, outputOf, plainTransport, refusalOf } from '../../support/ssh-session.ts';
import { freePort, openSshWorkshop, skipUnlessSshd } from '../../support/sshd.ts';

skipUnlessSshd();
const workshop = await openSshWorkshop();
const key = await workshop.makeKey('key');
const wrong = await workshop.makeKey('wrong');
const encrypted = await workshop.makeKey('encrypted', 'ed25519', 'a pass phrase');
const rsa = await workshop.makeKey('rsa', 'rsa');
const ecdsa = await workshop.makeKey('ecdsa', 'ecdsa');
for (const file of [key, encrypted, rsa, ecdsa]) await workshop.authorize(file);
const server = await workshop.startSshd();
const options = await connectionTo(workshop, server, key);

const agentSocket = join(workshop.directory, 'agent');
const agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: 'ignore' });
const environment = { SSH_AUTH_SOCK: agentSocket };
const addToAgent = (file: string): void => {
  const askpass = { SSH_ASKPASS: join(workshop.directory, 'askpass'), SSH_ASKPASS_REQUIRE: 'force' };
  execFileSync('ssh-add', ['-q', file], { env: { ...process.env, ...environment, ...askpass } });
};

const identity = suite('identity for a real sshd');
identity.before(async () => {
  const askpass = '#!/bin/sh\necho "a pass phrase"\n';
  await writeFile(join(workshop.directory, 'askpass'), askpass, { mode: 0o700 });
  while (agent.exitCode === null) {
    try {
      addToAgent(wrong);
      break;
    } catch {
      await sleep(50);
    }
  }
});
identity.after(async () => {
  agent.kill();
  await workshop.remove();
});

const without = (name: 'keys' | 'agent'): ConnectionOptions => {
  const { [name]: _, ...rest } = options;
  return rest;
};

identity('may be a file of each type', async () => {
  for (const file of [key, rsa, ecdsa]) {
    assert.is(await outputOf({ ...options, keys: [wrong, file] }, 'echo in'), 'in\n');
  }
});

identity('that is not accepted is named, with what could not be offered', async () => {
  const missing = join(workshop.directory, 'missing');
  const refusal = await refusalOf(
    outputOf({ ...options, keys: [wrong, missing, encrypted] }, 'true'),
    'authentication-failed',
  );
  assert.match(
    refusal.message,
    /^root@127\.0\.0\.1:\d+ accepts none of the keys; offered: \S+\/wrong \(SHA256:/,
  );
  assert.match(refusal.message, /missing: no such file/);
  assert.match(refusal.message, /encrypted; add it to the agent: ssh-add/);
});

identity('that is missing altogether is told without a login attempt', async () => {
  const refusal = await refusalOf(outputOf({ ...options, keys: [] }, 'true'), 'authentication-failed');
  assert.match(refusal.message, /there is no key to offer/);
});

identity('may lie in an agent, whose other keys are offered too unless a key is named', async () => {
  addToAgent(key);
  const transport = plainTransport(environment);
  assert.is(await outputOf({ ...without('keys'), agent: true }, 'echo in', transport), 'in\n');
  assert.is(await outputOf({ ...without('keys'), agent: agentSocket }, 'echo in'), 'in\n');
  const { agent: _, ...named } = { ...options, keys: [wrong] };
  const refusal = await refusalOf(outputOf(named, 'true', transport), 'authentication-failed');
  assert.not.match(refusal.message, /agent's/);
});

identity('may be an encrypted file or a public key, when the agent holds it', async () => {
  addToAgent(encrypted);
  const { agent: _, ...rest } = options;
  for (const file of [encrypted, `${encrypted}.pub`]) {
    assert.is(await outputOf({ ...rest, keys: [file] }, 'echo in', plainTransport(environment)), 'in\n');
  }
  const refusal = await refusalOf(
    outputOf({ ...options, keys: [`${key}.pub`] }, 'true'),
    'authentication-failed',
  );
  assert.match(refusal.message, /does not hold its private one/);
});

identity('that is a certificate is told, beside its key and in the agent', async () => {
  const certified = await workshop.makeKey('certified');
  execFileSync('ssh-keygen', ['-q', '-s', key, '-I', 'id', '-n', 'root', `${certified}.pub`], {
    stdio: 'ignore',
  });
  addToAgent(certified);
  const held = { ...options, keys: [certified], agent: agentSocket };
  const refusal = await refusalOf(outputOf(held, 'true'), 'authentication-failed');
  assert.match(refusal.message, /certified-cert\.pub: certificates are not supported yet/);
  const other = await workshop.makeKey('other');
  const both = { ...options, keys: [other], agent: true };
  const listed = await refusalOf(
    outputOf({ ...both, user: 'no-such-user' }, 'true', plainTransport(environment)),
    'authentication-failed',
  );
  assert.match(listed.message, /agent's certified: certificates are not supported yet/);
});

identity('of an agent that is not there is told', async () => {
  const gone = plainTransport({ SSH_AUTH_SOCK: join(workshop.directory, 'gone') });
  const refusal = await refusalOf(
    outputOf({ ...without('keys'), agent: true }, 'true', gone),
    'authentication-failed',
  );
  assert.match(refusal.message, /agent at \S+gone: .*ENOENT/);
});

identity('is told when the server takes no keys, or wants a second factor', async () => {
  const passwords = await workshop.startSshd({ config: ['PubkeyAuthentication no'] });
  const none = await refusalOf(
    outputOf(await connectionTo(workshop, passwords, key), 'true'),
    'authentication-failed',
  );
  assert.match(none.message, /does not take keys, only password/);
  const factors = await workshop.startSshd({ config: ['AuthenticationMethods publickey,password'] });
  const second = await refusalOf(
    outputOf(await connectionTo(workshop, factors, key), 'true'),
    'authentication-failed',
  );
  assert.match(second.message, /asks for a second factor \(password\)/);
});

identity('cannot help where nothing listens, a name does not resolve, or a server says nothing', async () => {
  const port = await freePort();
  const refused = await refusalOf(outputOf({ ...options, port }, 'true'), 'host-unreachable');
  assert.match(refused.message, /the connection is refused/);
  const nameless = { ...options, address: 'no-such-host.invalid' };
  assert.match((await refusalOf(outputOf(nameless, 'true'), 'host-unreachable')).message, /name/);
  const shut = createServer((socket) => socket.destroy());
  const mute = createServer();
  for (const [listener, expected] of [
    [shut, /closes the connection before/],
    [mute, /took longer than 1 s/],
  ] as const) {
    const silent = await freePort();
    await new Promise<void>((resolve) => listener.listen(silent, '127.0.0.1', resolve));
    const refusal = await refusalOf(
      outputOf({ ...options, port: silent, connectTimeout: 1 }, 'true'),
      'host-unreachable',
    );
    assert.match(refusal.message, expected);
    listener.close();
  }
});

identity('logs in with one attempt for one key', async () => {
  const strict = await workshop.startSshd({ config: ['MaxAuthTries 1'] });
  assert.is(await outputOf(await connectionTo(workshop, strict, key), 'echo in'), 'in\n');
  assert.not.match(await strict.log(), /method none/);
  await rm(join(workshop.directory, 'askpass'), { force: true });
});

identity.run();
