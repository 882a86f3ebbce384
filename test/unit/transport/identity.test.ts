import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publicKeyType } from '../../../src/transport/host-key.ts';
import { openSshPublicBlob } from '../../../src/transport/identity.ts';
import { parseIdentities } from '../../../src/transport/ssh-agent.ts';

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const number = (value: number): Buffer => Buffer.from([0, 0, 0, value]);

const identity = suite('identity');

/** PROTOCOL.key of OpenSSH, with an encrypted private half. */
identity('the public half of an encrypted OpenSSH key is read without its passphrase', () => {
  const blob = Buffer.concat([text('sk-ssh-ed25519@openssh.com'), text('public')]);
  const head = [text('aes256-ctr'), text('bcrypt'), text('salt and rounds')];
  const magic = Buffer.from('openssh-key-v1\0');
  const file = Buffer.concat([magic, ...head, number(1), text(blob), text('sealed')]);
  const armoured = `-----BEGIN OPENSSH PRIVATE KEY-----\n${file.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  assert.equal(openSshPublicBlob(armoured), blob);
  assert.is(publicKeyType(openSshPublicBlob(armoured) ?? Buffer.alloc(0)), 'sk-ssh-ed25519@openssh.com');
});

identity('other and broken key files have no readable public half', () => {
  assert.is(
    openSshPublicBlob('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n'),
    undefined,
  );
  assert.is(openSshPublicBlob('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END'), undefined);
});

/** draft-ietf-sshm-ssh-agent §3.5. */
identity("an agent's answer gives type, blob and comment of each key", () => {
  const one = text('ssh-ed25519');
  const two = Buffer.concat([text('ssh-rsa-cert-v01@openssh.com'), text('x')]);
  const body = Buffer.concat([Buffer.from([12]), number(2), text(one), text('me@desk'), text(two), text('')]);
  assert.equal(parseIdentities(body), [
    { type: 'ssh-ed25519', blob: one, comment: 'me@desk' },
    { type: 'ssh-rsa-cert-v01@openssh.com', blob: two, comment: '' },
  ]);
});

identity('an agent that refuses, or answers with nonsense, has no keys', () => {
  assert.equal(parseIdentities(Buffer.from([5])), []);
  assert.equal(parseIdentities(Buffer.from([12, 255, 255, 255, 255, 0, 0, 0, 9, 1])), []);
});

identity.run();
