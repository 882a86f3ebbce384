import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint, hostKeyAlgorithms, publicKeyType } from '../../../src/transport/host-key.ts';
import {
  entriesOf,
  judgeHostKey,
  knownHostName,
  knownTypes,
  parseKnownHosts,
  renderKnownHost,
} from '../../../src/transport/known-hosts.ts';

/** Made with ssh-keygen; the fingerprint is what `ssh-keygen -lf` prints. */
const A = 'AAAAC3NzaC1lZDI1NTE5AAAAIEGAV51ZCrSVSoovYwh79EE1/Z+O8ufVHqzaZoNkLw1n';
const wireKey = (type: string, body: string): Buffer => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from(body)]);
};
const line = (names: string, key: Buffer): string =>
  `${names} ${publicKeyType(key)} ${key.toString('base64')}`;
const one = wireKey('ssh-ed25519', 'one');
const two = wireKey('ssh-ed25519', 'two');
const rsa = wireKey('ssh-rsa', 'three');

const judge = (text: string, name: string, key: Buffer, bare?: string) =>
  judgeHostKey(entriesOf(parseKnownHosts(text, 'kh'), name, bare), key).kind;

const file = suite('known_hosts');

file('gives each entry its marker and place, and passes over what is none', () => {
  const text = [
    '# comment',
    '',
    line('a', one),
    'a ssh-rsa',
    `a ssh-rsa ${one.toString('base64')}`,
    `@revoked ${line('b', two)} note`,
    `@other ${line('c', one)}`,
  ].join('\n');
  const entries = parseKnownHosts(text, 'kh');
  assert.equal(
    entries.map((entry) => [entry.marker, entry.names, entry.place]),
    [
      ['none', 'a', 'kh:3'],
      ['revoked', 'b', 'kh:6'],
    ],
  );
});

file('names a host with its port unless that is 22', () => {
  assert.is(knownHostName('h', 22), 'h');
  assert.is(knownHostName('2001:db8::1', 2222), '[2001:db8::1]:2222');
});

file('matches lists, wildcards, negation, letters of either case and ports', () => {
  const cases: readonly [names: string, name: string, known: boolean][] = [
    ['a,b,192.0.2.1', 'b', true],
    ['*.example.net,!bad.example.net', 'good.example.net', true],
    ['*.example.net,!bad.example.net', 'bad.example.net', false],
    ['!a', 'b', false],
    ['192.0.2.?', '192.0.2.10', false],
    ['Web1', 'web1', true],
    ['[h]:2222', '[h]:2222', true],
    ['[h]:2222', 'h', false],
    ['h', '[h]:2222', false],
    ['h.', 'hx', false],
  ];
  for (const [names, name, known] of cases) {
    assert.is(judge(line(names, one), name, one), known ? 'known' : 'unknown', `${names} ${name}`);
  }
});

file('matches hashed names, its own and those of ssh-keygen -H', () => {
  const salt = Buffer.alloc(20, 7);
  const own = renderKnownHost('[h]:2222', one, salt);
  assert.match(own, /^\|1\|/);
  assert.is(judge(own, '[h]:2222', one), 'known');
  assert.is(judge(own, 'h', one), 'unknown');
  const recorded = `|1|ASCLV/DakNfJxj72AFfAPlsW3PA=|UFk/ZZbolTYL+Tpk3X9G/SPP224= ssh-ed25519 ${A}`;
  assert.is(judge(recorded, '192.0.2.7', Buffer.from(A, 'base64')), 'known');
});

file('tells known, unknown, changed and revoked keys apart', () => {
  assert.is(judge(line('h', one), 'h', one), 'known');
  assert.is(judge(line('h', one), 'h', two), 'changed');
  assert.is(judge(line('h', rsa), 'h', one), 'changed');
  assert.is(judge(`${line('h', two)}\n${line('h', one)}`, 'h', one), 'known');
  assert.is(judge(`${line('h', one)}\n@revoked ${line('*', one)}`, 'h', one), 'revoked');
  assert.is(judge(`@cert-authority ${line('*', one)}`, 'h', one), 'unknown');
});

file('takes an equal key from the name without its port, and nothing else', () => {
  assert.is(judge(line('h', one), '[h]:2222', one, 'h'), 'known');
  assert.is(judge(line('h', two), '[h]:2222', one, 'h'), 'unknown');
});

file('puts the algorithms of known types first', () => {
  const types = knownTypes(entriesOf(parseKnownHosts(line('h', rsa), 'kh'), 'h', undefined));
  assert.equal(hostKeyAlgorithms(types).slice(0, 3), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
  assert.is(hostKeyAlgorithms([])[0], 'ssh-ed25519');
  assert.not.ok(hostKeyAlgorithms(['ssh-rsa']).includes('ssh-rsa'));
});

file('writes one whole line for a new host', () => {
  assert.is(renderKnownHost('h', one, undefined), `${line('h', one)}\n`);
});

file('prints fingerprints as ssh-keygen does, and survives malformed keys', () => {
  assert.is(fingerprint(Buffer.from(A, 'base64')), 'SHA256:3UXWayqgZfAKmBhW0fZ43c1A/TIBxE2XzxNLO48+ijM');
  assert.is(publicKeyType(Buffer.from([0, 0, 1])), '');
  assert.is(publicKeyType(Buffer.from([0, 0, 0, 9, 65])), '');
});

file.run();
