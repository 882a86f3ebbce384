/**
 * What the gather script finds of dockerd's flags, in a mount and process namespace of its own: files as on Debian, and
 * a process that is called dockerd and has its arguments. The daemon itself is not needed for this, and not started.
 */
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dockerSetupFact } from '../../src/facts/docker-setup.ts';
import { encodeFunction } from '../../src/facts/encoded-file.ts';
import { skipFile } from '../support/skip.ts';

if (process.getuid?.() !== 0) skipFile('needs root for namespaces: run it with sudo');
if (spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true']).status !== 0) {
  skipFile('needs unshare and the right to make mount and process namespaces');
}

const test = suite('facts of how dockerd is told what to do');

/** `docker` has to be found for the section to say anything; it is not run. */
const files = `
mount -t tmpfs none /run && mount -t tmpfs none /etc/default && mkdir /run/bin /run/docker-etc || exit 1
printf '#!/bin/sh\nsleep 30\n' >/run/bin/dockerd && cp /run/bin/dockerd /run/bin/docker && chmod 755 /run/bin/*
PATH=/run/bin:$PATH
printf '{"log-opts": {}}\n\n' >/run/docker-etc/own.json
cat >/etc/default/docker <<'END'
# DOCKER_OPTS="--dns 192.0.2.53"
export http_proxy=http://user:hunter2@proxy/
DOCKER_OPTS="--mtu 1400 \\
  --label=team=hunter2 --log-opt splunk-token=hunter2 --https-proxy=http://user:hunter2@proxy/"
END
have() { command -v "$1" >/dev/null 2>&1; }
${encodeFunction}
section() {${dockerSetupFact.command}}
`;

function gather(before: string): {
  readonly text: string;
  readonly fact: ReturnType<typeof dockerSetupFact.parse>;
} {
  const script = `${files}${before}\nsection 2>/dev/null\n`;
  const { stdout } = spawnSync(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh'],
    {
      input: script,
      encoding: 'utf8',
    },
  );
  return { text: stdout, fact: dockerSetupFact.parse(stdout.split('\n').filter(Boolean)) };
}

const named = (
  flags: readonly { name: string; value: string; place: string }[] | undefined,
): readonly string[] => (flags ?? []).map(({ name, value, place }) => `${name}=${value} @ ${place}`);

test('flags of a stopped dockerd come from its option file, without secrets', () => {
  const { text, fact } = gather('');
  assert.equal(named(fact?.flags), [
    'mtu=1400 @ /etc/default/docker',
    'label=hidden @ /etc/default/docker',
    'log-opt=hidden @ /etc/default/docker',
    'https-proxy=hidden @ /etc/default/docker',
  ]);
  assert.not.match(text, 'hunter2');
});

test('flags of a running dockerd come from its process, with the place where they are written', () => {
  const start = `dockerd --mtu 1400 --config-file /run/docker-etc/own.json --log-opt a=hunter2 -D >/dev/null 2>&1 </dev/null &
echo $! >/run/docker.pid
sleep 0.1`;
  const { text, fact } = gather(start);
  const process = fact?.flags.at(-1)?.place ?? '';
  assert.match(process, /^the running dockerd, process \d+$/);
  assert.equal(named(fact?.flags), [
    'mtu=1400 @ /etc/default/docker',
    `config-file=/run/docker-etc/own.json @ ${process}`,
    'log-opt=hidden @ /etc/default/docker',
    `debug=true @ ${process}`,
  ]);
  assert.not.match(text, 'hunter2');
  assert.is(fact?.daemonJsonPath, '/run/docker-etc/own.json');
  assert.is(fact?.daemonJson, '{"log-opts": {}}\n\n');
});

test('a dockerd in a container of this host is not its own', () => {
  const { fact } =
    gather(`unshare --pid --fork --kill-child dockerd --bip=10.9.0.1/24 >/dev/null 2>&1 </dev/null &
sleep 0.2; pgrep dockerd >/run/docker.pid || :`);
  assert.not.match(named(fact?.flags).join(' '), 'bip');
});

test.run();
