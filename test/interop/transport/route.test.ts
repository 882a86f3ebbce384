/** The way to a host through real sshds: ssh_config, jump chains, ProxyCommand; and that all of it is closed again. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionOptions } from '../../../src/inventory/connection.ts';
import {
  connectionTo,
  outputOf,
  plainTransport,
  refusalOf,
  withSession,
  writeKnownHosts,
} from '../../support/ssh-session.ts';
import { openSshWorkshop, type Sshd, skipUnlessSshd } from '../../support/sshd.ts';

skipUnlessSshd();
const workshop = await openSshWorkshop();
const key = await workshop.makeKey('key');
await workshop.authorize(key);
const outer = await workshop.startSshd();
const inner = await workshop.startSshd();
const host = await workshop.startSshd();
const closed = await workshop.startSshd({ config: ['AllowTcpForwarding no'] });
const allKnown = await writeKnownHosts(
  workshop,
  [outer, inner, host, closed].flatMap((one) => one.knownHosts),
);
const options = await connectionTo(workshop, host, key, { knownHosts: [allKnown] });
const spec = (server: Sshd): string => `root@127.0.0.1:${server.port}`;

const route = suite('route through real sshds');
route.after(workshop.remove);

const CLIENT_PORT = 'echo $SSH_CONNECTION | cut -d" " -f2';
const logins = async (server: Sshd): Promise<number> =>
  (await server.log()).match(/Accepted publickey/g)?.length ?? 0;

/** Writes an ssh_config and gives options that name nothing else. */
async function configured(alias: string, lines: readonly string[]): Promise<ConnectionOptions> {
  const file = join(workshop.directory, `ssh_config_${alias}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  return {
    alias,
    sshConfig: file,
    agent: false,
    hostKeys: 'strict',
    connectTimeout: 10,
    privilege: { kind: 'none' },
  };
}

route('goes over a chain of two jump hosts, each with its own check and login', async () => {
  const before = [await logins(outer), await logins(inner)];
  const chain = { ...options, jump: [spec(outer), spec(inner)] };
  assert.is(await outputOf(chain, 'echo in'), 'in\n');
  assert.equal(
    [await logins(outer), await logins(inner)],
    before.map((count) => count + 1),
  );
  await sleep(200);
  assert.is((await outer.log()).match(/Disconnected from user root/g)?.length, await logins(outer));
});

route('shares one connection to a jump host among the hosts behind it', async () => {
  const before = await logins(outer);
  const transport = plainTransport();
  const behind = { ...options, jump: [spec(outer)] };
  const ports = await Promise.all(Array.from({ length: 12 }, () => outputOf(behind, CLIENT_PORT, transport)));
  assert.is(new Set(ports).size, 12);
  assert.is(await logins(outer), before + 1);
  assert.is(await outputOf(behind, 'echo again', transport), 'again\n');
  assert.is(await logins(outer), before + 2);
});

route(
  "follows the operator's ssh_config: aliases, ProxyJump of ProxyJump, HostKeyAlias, tokens",
  async () => {
    const aliased = await writeKnownHosts(workshop, [
      ...outer.knownHosts,
      ...inner.knownHosts,
      host.knownHosts[0]?.replace(/^\S+/, 'the-host') ?? '',
    ]);
    const config = await configured('target', [
      `Host target\n  HostName 127.0.0.1\n  Port ${host.port}\n  HostKeyAlias the-host\n  ProxyJump inner`,
      `Host inner\n  HostName 127.0.0.1\n  Port ${inner.port}\n  ProxyJump outer`,
      `Host outer\n  HostName 127.0.0.1\n  Port ${outer.port}`,
      `Host *\n  User root\n  IdentityFile ${workshop.directory}/key\n  IdentitiesOnly yes`,
      `  UserKnownHostsFile ${aliased}`,
    ]);
    const before = await logins(outer);
    assert.is(await outputOf(config, 'echo in'), 'in\n');
    assert.is(await logins(outer), before + 1);
  },
);

route('goes through a ProxyCommand with its tokens', async () => {
  const ssh = `ssh -F none -i ${key} -o UserKnownHostsFile=${allKnown} -p ${outer.port} -W %h:%p %r@127.0.0.1`;
  const config = await configured('proxied', [
    `Host proxied`,
    `  HostName 127.0.0.1\n  Port ${host.port}\n  User root\n  IdentityFile ${key}`,
    `  UserKnownHostsFile ${allKnown}\n  ProxyCommand ${ssh}`,
  ]);
  const before = await logins(outer);
  const output = await outputOf(config, 'head -c 3000000 /dev/zero | tr "\\0" a');
  assert.is(output.length, 3_000_000);
  assert.is(await logins(outer), before + 1);
});

route('tells when the ProxyCommand dies within a step', async () => {
  const pidFile = join(workshop.directory, 'proxy-pid');
  const nc = `ssh -F none -i ${key} -o UserKnownHostsFile=${allKnown} -p ${outer.port} -W %h:%p root@127.0.0.1`;
  const config = await configured('dying', [
    `Host dying\n  HostName 127.0.0.1\n  Port ${host.port}\n  User root\n  IdentityFile ${key}`,
    `  UserKnownHostsFile ${allKnown}\n  ProxyCommand sh -c 'echo $$ >${pidFile}; exec ${nc}'`,
  ]);
  await withSession(config, async (session) => {
    const kill = async (): Promise<void> =>
      void process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
    const lost = session.run('echo begun; sleep 20', {
      timeout: 15,
      step: 'test',
      onLine: () => void kill(),
    });
    await refusalOf(lost, 'connection-lost');
  });
});

route('quotes a ProxyCommand that fails', async () => {
  const config = await configured('broken', [
    `Host broken\n  User root\n  IdentityFile ${key}\n  ProxyCommand sh -c 'echo "no gateway %h" >&2; exit 3'`,
  ]);
  const refusal = await refusalOf(outputOf(config, 'true'), 'host-unreachable');
  assert.match(refusal.message, /the ProxyCommand says: no gateway broken/);
});

route('names the jump host that failed', async () => {
  const strange = await workshop.makeKey('strange');
  const cases: readonly [Partial<ConnectionOptions>, Parameters<typeof refusalOf>[1], RegExp][] = [
    [
      { keys: [strange], jump: [spec(outer)] },
      'authentication-failed',
      /^Jump host 127.0.0.1: root@\S+ accepts none/,
    ],
    [
      {
        knownHosts: [await writeKnownHosts(workshop, [...outer.knownHosts, ...host.knownHosts])],
        jump: [spec(outer), spec(inner)],
      },
      'host-key-unknown',
      new RegExp(`^Jump host 127.0.0.1: The key of ${spec(inner)}`),
    ],
    [{ jump: [spec(closed)] }, 'host-unreachable', /jump host root@127.0.0.1:\d+ does not get through/],
    [
      { jump: [spec(outer)], port: 1 },
      'host-unreachable',
      /does not get through to it \(Connection refused\)/,
    ],
  ];
  for (const [changes, code, expected] of cases) {
    const refusal = await refusalOf(outputOf({ ...options, ...changes }, 'true'), code);
    assert.match(refusal.message, expected);
  }
});

route('tells a changed key of the jump host as such', async () => {
  const swapped = await writeKnownHosts(workshop, [
    ...host.knownHosts,
    inner.knownHosts[0]?.replace(/^\S+/, `[127.0.0.1]:${outer.port}`) ?? '',
  ]);
  const behind = { ...options, knownHosts: [swapped], jump: [spec(outer)] };
  assert.match((await refusalOf(outputOf(behind, 'true'), 'host-key-changed')).message, /^Jump host/);
});

route('does not log in to a jump host again that has refused the key', async () => {
  const strange = await workshop.makeKey('strange2');
  const transport = plainTransport();
  const behind = { ...options, keys: [strange], jump: [spec(outer)] };
  await refusalOf(outputOf(behind, 'true', transport), 'authentication-failed');
  const connections = (await outer.log()).match(/Connection from/g)?.length;
  await refusalOf(outputOf(behind, 'true', transport), 'authentication-failed');
  assert.is((await outer.log()).match(/Connection from/g)?.length, connections);
});

route('that leads in a circle is told', async () => {
  const config = await configured('circle', [`Host *\n  User root\n  ProxyJump bastion`]);
  assert.match((await refusalOf(outputOf(config, 'true'), 'host-unreachable')).message, /in a circle/);
});

route('through a ssh_config with a mistake is told with its line', async () => {
  const config = await configured('mistake', ['Host *', '  Prot 22']);
  const refusal = await refusalOf(outputOf(config, 'true'), 'host-unreachable');
  assert.match(refusal.message, /Bad configuration option/);
  assert.is(refusal.place, `${String(config.sshConfig)}:2`);
});

route(
  'is told when there is an ssh_config and no ssh client; without a file there are defaults',
  async () => {
    const bare = plainTransport({ PATH: '/nonexistent' });
    const config = await configured('clientless', ['Host *']);
    const refusal = await refusalOf(outputOf(config, 'true', bare), 'host-unreachable');
    assert.match(refusal.message, /there is no OpenSSH client/);
    assert.is(await outputOf(options, 'echo in', bare), 'in\n');
  },
);

route('lets the process end by itself after close', async () => {
  const jump = [spec(outer), spec(inner)];
  const transport = new URL('../../../src/transport/ssh2-transport.ts', import.meta.url).href;
  const program = `import { createSsh2Transport } from '${transport}';
    const session = await createSsh2Transport({ environment: {} }).open('h1', JSON.parse(process.env.OPTIONS));
    await session.run('true', { timeout: 10, step: 'test' });
    await session.close();
    process.stdout.write('closed\\n');`;
  const run = promisify(execFile);
  const started = performance.now();
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const env = { ...process.env, OPTIONS: JSON.stringify({ ...options, jump }) };
  const { stdout } = await run(process.execPath, args, { env, timeout: 15_000 });
  assert.is(stdout, 'closed\n');
  assert.ok(performance.now() - started < 10_000);
});

route.run();
