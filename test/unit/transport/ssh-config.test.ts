import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SSH_CONFIG, namesIdentities, parseSshConfig } from '../../../src/transport/ssh-config.ts';
import { isShareable, parseSections, sectionSignature } from '../../../src/transport/ssh-config-sections.ts';

/** The lines of OpenSSH 9.2's `ssh -G` that are read, and some that are not. */
const PRINTED = `host web1
user op
hostname 10.0.0.1
port 2222
canonicalizehostname false
hashknownhosts yes
identitiesonly yes
identityagent none
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/work key
certificatefile /home/op/.ssh/x-cert.pub
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/op/.ssh/known_hosts /home/op/.ssh/known_hosts2
hostkeyalias the-web
connecttimeout none
proxyjump a@b:22,c
`;

const config = suite('ssh_config');

config('is read from what ssh -G prints', () => {
  assert.equal(parseSshConfig(PRINTED), {
    hostName: '10.0.0.1',
    port: 2222,
    user: 'op',
    identityFiles: ['~/.ssh/id_rsa', '~/.ssh/work key'],
    certificateFiles: ['/home/op/.ssh/x-cert.pub'],
    identitiesOnly: true,
    identityAgent: undefined,
    agentDisabled: true,
    proxyJump: ['a@b:22', 'c'],
    proxyCommand: undefined,
    userKnownHosts: ['/home/op/.ssh/known_hosts', '/home/op/.ssh/known_hosts2'],
    globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    hashKnownHosts: true,
    hostKeyAlias: 'the-web',
    connectTimeout: undefined,
  });
});

config('keeps a ProxyCommand whole and takes none for none', () => {
  const parsed = parseSshConfig('proxycommand nc -x "a b" %h %p\nproxyjump none\nconnecttimeout 7\n');
  assert.is(parsed.proxyCommand, 'nc -x "a b" %h %p');
  assert.equal(parsed.proxyJump, []);
  assert.is(parsed.connectTimeout, 7);
});

config('tells named identity files from the defaults', () => {
  assert.not(namesIdentities(DEFAULT_SSH_CONFIG));
  assert.not(
    namesIdentities(parseSshConfig('identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519_sk\n')),
  );
  assert.ok(namesIdentities(parseSshConfig(PRINTED)));
});

config('sections: Host, Include and Match in all their spellings', () => {
  const text = `# Host no
Host a *.b !c
  hostname=x
HOST = "d e"
include ~/.ssh/*.conf /etc/x
Match all
`;
  assert.equal(parseSections(text), {
    hosts: [['a', '*.b', '!c'], ['d e']],
    includes: ['~/.ssh/*.conf', '/etc/x'],
    conditional: false,
  });
  assert.ok(parseSections('Match host a exec "true"\n').conditional);
});

config('sections: the same ones apply to names of one signature', () => {
  const { hosts } = parseSections('Host *.b !c.b\nHost a\nHost *\n');
  assert.is(sectionSignature(hosts, 'x.b'), '+-+');
  assert.is(sectionSignature(hosts, 'c.b'), '--+');
  assert.is(sectionSignature(hosts, 'a'), '-++');
});

config('an answer of ssh -G is shared only when nothing in it was made from the name', () => {
  const plain = 'host web1\nhostname web1\ncanonicalizehostname false\nuser root\n';
  assert.ok(isShareable(plain, 'web1'));
  assert.ok(isShareable(plain, 'WEB1'));
  assert.not(isShareable(plain.replace('hostname web1', 'hostname web1.example.net'), 'web1'));
  assert.not(isShareable(`${plain}userknownhostsfile /k/web1\n`, 'web1'));
  assert.not(isShareable(plain.replace('false', 'always'), 'web1'));
});

config.run();
