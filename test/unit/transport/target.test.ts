import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionOptions } from '../../../src/inventory/connection.ts';
import { DEFAULT_SSH_CONFIG, parseSshConfig } from '../../../src/transport/ssh-config.ts';
import {
  describeTarget,
  expandTokens,
  hopOptions,
  type Operator,
  resolveTarget,
} from '../../../src/transport/target.ts';

const operator: Operator = {
  user: 'me',
  home: '/home/me',
  hostName: 'desk.example.net',
  environment: { SSH_AUTH_SOCK: '/run/agent', OTHER_AGENT: '/run/other', DIR: '/keys' },
};
const plain: ConnectionOptions = {
  alias: 'web1',
  privilege: { kind: 'none' },
  hostKeys: 'strict',
  connectTimeout: 10,
};
const printed = `hostname 10.0.0.1
port 2222
user op
identityfile ~/.ssh/work
identityfile \${DIR}/%r@%h
identityagent $OTHER_AGENT
userknownhostsfile ~/.ssh/kh
globalknownhostsfile /etc/kh
proxycommand nc %h %p
`;
const resolve = (changes: Partial<ConnectionOptions>, output = printed) =>
  resolveTarget({ ...plain, ...changes }, parseSshConfig(output), operator);

const target = suite('target');

target("takes OpenSSH's defaults where nothing is said", () => {
  const resolved = resolveTarget(plain, DEFAULT_SSH_CONFIG, operator);
  assert.is(describeTarget(resolved), 'me@web1:22');
  assert.equal(resolved.identityFiles[0], '/home/me/.ssh/id_ed25519');
  assert.is(resolved.agentSocket, '/run/agent');
  assert.is(resolved.hostKeyName, 'web1');
  assert.not(resolved.identitiesNamed);
});

target('follows ssh_config', () => {
  const resolved = resolve({});
  assert.is(describeTarget(resolved), 'op@10.0.0.1:2222');
  assert.equal(resolved.identityFiles, ['/home/me/.ssh/work', '/keys/op@10.0.0.1']);
  assert.is(resolved.agentSocket, '/run/other');
  assert.is(resolved.proxyCommand, 'nc 10.0.0.1 2222');
  assert.is(resolved.hostKeyName, '[10.0.0.1]:2222');
  assert.is(resolved.bareHostKeyName, '10.0.0.1');
  assert.equal(resolved.userKnownHosts, ['/home/me/.ssh/kh']);
});

target('lets the inventory override ssh_config', () => {
  const resolved = resolve({
    port: 22,
    user: 'root',
    keys: ['~/key'],
    agent: true,
    knownHosts: ['~/kh'],
    jump: [],
  });
  assert.is(describeTarget(resolved), 'root@10.0.0.1:22');
  assert.equal(resolved.identityFiles, ['/home/me/key']);
  assert.is(resolved.agentSocket, '/run/agent');
  assert.is(resolved.proxyCommand, undefined);
  assert.equal([resolved.userKnownHosts, resolved.globalKnownHosts], [['/home/me/kh'], []]);
});

target('offers only a named key, but for an agent that is named too', () => {
  assert.ok(resolve({ keys: ['k'] }).identitiesOnly);
  assert.not(resolve({ keys: ['k'], agent: true }).identitiesOnly);
  assert.ok(resolve({}, 'identitiesonly yes\n').identitiesOnly);
  assert.is(resolve({ agent: false }).agentSocket, undefined);
  assert.is(resolve({}, 'identityagent none\n').agentSocket, undefined);
  assert.is(resolve({ agent: '~/sock' }).agentSocket, '/home/me/sock');
});

target('is known by its HostKeyAlias without a port', () => {
  const resolved = resolve({}, 'hostkeyalias The-Web\nport 2222\n');
  assert.equal([resolved.hostKeyName, resolved.bareHostKeyName], ['the-web', undefined]);
});

target('expands the tokens of ssh_config(5) and leaves others alone', () => {
  const endpoint = { name: 'web1', address: '10.0.0.1', port: 2222, user: 'op' };
  assert.is(
    expandTokens('%h %n %p %r %u %d %l %L %% %z', endpoint, operator),
    '10.0.0.1 web1 2222 op me /home/me desk.example.net desk % %z',
  );
});

target('of a hop is made from its spec, and inherits how keys are checked', () => {
  const host: ConnectionOptions = { ...plain, user: 'x', port: 1, knownHosts: ['kh'], sshConfig: false };
  const cases: readonly [string, Partial<ConnectionOptions>][] = [
    ['bastion', { alias: 'bastion' }],
    ['op@bastion:2222', { alias: 'bastion', user: 'op', port: 2222 }],
    ['op@corp@bastion', { alias: 'bastion', user: 'op@corp' }],
    ['ssh://op@bastion:22', { alias: 'bastion', user: 'op', port: 22 }],
    ['op@[2001:db8::1]:22', { alias: '2001:db8::1', user: 'op', port: 22 }],
    ['[2001:db8::1]', { alias: '2001:db8::1' }],
    ['2001:db8::1', { alias: '2001:db8::1' }],
  ];
  const inherited = { knownHosts: ['kh'], sshConfig: false, hostKeys: 'strict', connectTimeout: 10 };
  for (const [spec, expected] of cases) {
    const rest = { ...inherited, privilege: { kind: 'none' } };
    assert.equal(hopOptions(spec, host, undefined), { ...expected, ...rest }, spec);
  }
  assert.equal(hopOptions('b', host, ['a']).jump, ['a']);
});

target("of a hop is offered the host's keys where ssh_config names none for it", () => {
  const unnamed = resolveTarget(plain, DEFAULT_SSH_CONFIG, operator, ['/host-key']);
  assert.is(unnamed.identityFiles[0], '/host-key');
  const named = resolveTarget(plain, parseSshConfig(printed), operator, ['/host-key']);
  assert.not.ok(named.identityFiles.includes('/host-key'));
});

target.run();
