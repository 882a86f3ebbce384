/** The lab itself, for each Docker release: machines that behave as real ones do, and nothing left afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dockerReleases } from '../../src/lab/docker-release.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';
import { labDown } from '../../src/lab/lab-down.ts';
import { labUp } from '../../src/lab/lab-up.ts';
import { operatorAddress, outsideAddress } from '../../src/lab/network.ts';
import { addressSeenBy, containerAddresses, startTestContainers } from '../../src/lab/test-containers.ts';
import { startTestLab, useLab } from '../support/lab-fixture.ts';
import { skipUnlessRoot } from '../support/skip.ts';

skipUnlessRoot();

async function output(lab: Lab, host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, script);
  assert.is(code, 0, `${script}: ${stderr}`);
  return stdout.trim();
}

/** OpenSSH's own client, from the operator's network, with nothing but what the lab wrote. */
function ssh(lab: Lab, address: string, command: string) {
  const knownHosts = `UserKnownHostsFile=${lab.directory}/known_hosts`;
  const options = ['-F', 'none', '-o', knownHosts, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=2'];
  return lab.operator(['ssh', ...options, '-i', `${lab.directory}/id`, `root@${address}`, command]);
}

/** Waits at most 10 s: what a kernel or a machine does a moment later is no failure. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await holds()); await sleep(50)) {
    assert.ok(Date.now() < deadline, String(holds));
  }
}

/** What the kernel still has of labs with this name. */
function traces(name: string): readonly string[] {
  const namespaces = readdirSync('/run/netns').filter((entry) => entry.startsWith(`route-mesh-${name}-`));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes('lab-disk') && line.includes(name));
  const cgroups = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith('/sys/fs/cgroup'))
    .filter((path) => statSync(`${path}/route-mesh-lab-${name}`, { throwIfNoEntry: false }) !== undefined);
  const processes = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => environmentOf(pid).includes(`/${name}/machines/`));
  return [...namespaces, ...mounts, ...cgroups, ...processes];
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

for (const release of dockerReleases) {
  const t = suite(`lab with docker ${release}`);
  const lab = useLab(t, { hosts: 2, docker: release });

  t('runs the release that was asked for, in its own cgroups, with its own name', async () => {
    const version = await output(lab(), 'h1', "docker version --format '{{.Server.Version}}'");
    assert.ok(version.startsWith(`${release}.`), version);
    assert.is(await output(lab(), 'h2', 'hostname'), 'h2');
    assert.is(await output(lab(), 'h1', "sed -n 's/^0:://p' /proc/1/cgroup"), '/init');
    assert.is(await output(lab(), 'h1', 'systemctl is-active docker containerd ssh | sort -u'), 'active');
  });

  t('is reached by OpenSSH with strict host keys', async () => {
    for (const host of lab().hosts) {
      const { code, stdout, stderr } = await ssh(lab(), host.address, 'hostname && id -u');
      assert.is(code, 0, stderr);
      assert.is(stdout, `${host.name}\n0\n`);
    }
  });

  t('masquerades its containers to the world and publishes their ports', async () => {
    await startTestContainers(lab(), 'h1');
    const from = { host: 'h1', container: 'c0' };
    assert.is(await addressSeenBy(lab(), from, operatorAddress), '10.99.0.1');
    assert.is(await addressSeenBy(lab(), { ...from, container: 'a0' }, outsideAddress), '10.99.0.1');
    const peer = ['sh', 'templates/lab/container/peer', '10.99.0.1', '8080'];
    assert.is((await lab().operator(peer)).stdout.trim(), operatorAddress);
    assert.is((await lab().operator(peer, { network: 'outside' })).stdout.trim(), outsideAddress);
  });

  t('keeps its disk over a reboot, and nothing else', async () => {
    await output(lab(), 'h1', 'echo kept >/etc/kept; echo lost >/run/lost; ip route add 192.0.2.0/24 dev lo');
    await lab().reboot('h1');
    assert.is(await output(lab(), 'h1', 'cat /etc/kept'), 'kept');
    assert.is(await output(lab(), 'h1', 'ls /run/lost 2>/dev/null; ip route show 192.0.2.0/24; true'), '');
    assert.equal([...(await containerAddresses(lab(), 'h1')).keys()].toSorted(), ['a0', 'c0']);
    assert.is((await ssh(lab(), '10.99.0.1', 'true')).code, 0);
  });

  t('survives a power cut', async () => {
    await lab().kill('h2');
    assert.not.ok(await lab().isRunning('h2'));
    assert.is.not((await ssh(lab(), '10.99.0.2', 'true')).code, 0);
    await lab().boot('h2');
    assert.is((await ssh(lab(), '10.99.0.2', 'true')).code, 0);
    assert.is(await output(lab(), 'h2', 'docker images -q lab | wc -l'), '1');
  });

  t.run();
}

const machines = suite('lab machines');
const lab = useLab(machines, { hosts: 2, segments: 2, diskSize: 128 });

machines('a pulled cable cuts a host off until it is plugged again', async () => {
  const ping = async () => (await lab().operator(['ping', '-c', '1', '-W', '1', '10.99.0.1'])).code === 0;
  await lab().linkDown('h1');
  assert.is(await output(lab(), 'h1', 'cat /sys/class/net/eth0/carrier'), '0');
  assert.not.ok(await ping());
  await lab().linkUp('h1');
  await until(ping);
});

machines('two segments reach each other through the router', async () => {
  assert.is(lab().hosts[1]?.address, '10.99.1.2');
  const trace = await output(lab(), 'h1', 'busybox traceroute -n -w 1 10.99.1.2 2>/dev/null');
  assert.match(trace, /10\.99\.0\.253\b.*\n.*\b10\.99\.1\.2/);
});

machines('a full disk is full on its own machine only', async () => {
  const fill = await lab().exec('h1', 'dd if=/dev/zero of=/var/lib/fill bs=1M 2>&1');
  assert.match(fill.stdout, /No space left/);
  await output(lab(), 'h2', 'dd if=/dev/zero of=/var/lib/fill bs=1M count=32 2>/dev/null; rm /var/lib/fill');
  await output(lab(), 'h1', 'rm /var/lib/fill');
});

machines('a command past its time is ended, with what it started', async () => {
  const started = Date.now();
  try {
    await lab().exec('h1', 'sleep 4711 & sleep 4711', { timeout: 0.3 });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /did not end within 0.3 s/);
  }
  assert.ok(Date.now() - started < 5000);
  await until(async () => (await lab().exec('h1', 'pgrep -x sleep -a | grep 4711')).code !== 0);
});

machines('another process sees the same lab, and a new host joins it', async () => {
  const other = await openLab(lab().directory);
  assert.equal(other.hosts, lab().hosts);
  const host = await other.addHost({ docker: '26' });
  assert.is(host.name, 'h3');
  assert.match(readFileSync(other.inventory, 'utf8'), /h3:\n {4}address: 10\.99\.0\.3\n/);
  assert.is((await ssh(other, '10.99.0.3', 'hostname')).stdout, 'h3\n');
  await labDown(lab().directory);
});

machines.run();

const services = suite('lab systemctl');
const one = useLab(services, { hosts: 1 });

const follower = `[Unit]
After=docker.service
PartOf=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
Environment="WORDS=two words" LETTER=a
ExecStart=/bin/sh -c 'printf "%%s|" "$\${WORDS}" \${LETTER} $LETTER >>/var/log/follower'
ExecStop=/bin/sh -c 'printf "stop|" >>/var/log/follower'
[Install]
WantedBy=docker.service
`;
const watcher = `[Service]
Restart=always
RestartSec=50ms
ExecStart=/bin/sh -c 'echo life >>/var/log/watcher; sleep 1000 & wait'
[Install]
WantedBy=multi-user.target
`;

services('a unit of docker.service follows its stop, start and restart', async () => {
  await one().exec('h1', ['sh', '-c', 'cat >/etc/systemd/system/follower.service'], { stdin: follower });
  await output(one(), 'h1', 'systemctl daemon-reload; systemctl enable --now follower 2>/dev/null');
  await output(one(), 'h1', 'systemctl restart docker');
  assert.is(await output(one(), 'h1', 'cat /var/log/follower'), 'two words|a|a|stop|two words|a|a|');
  assert.is(await output(one(), 'h1', 'systemctl is-enabled follower'), 'enabled');
  await output(one(), 'h1', 'systemctl stop docker');
  assert.is(await output(one(), 'h1', 'systemctl is-active docker follower || true'), 'inactive\ninactive');
  await output(one(), 'h1', 'systemctl reset-failed docker; systemctl start docker');
  assert.is(await output(one(), 'h1', 'systemctl is-active docker follower'), 'active\nactive');
});

services(
  'a service with Restart=always comes back until it is stopped, and all its processes end',
  async () => {
    await one().exec('h1', ['sh', '-c', 'cat >/etc/systemd/system/watcher.service'], { stdin: watcher });
    await output(one(), 'h1', 'systemctl enable --now watcher 2>/dev/null');
    await output(one(), 'h1', 'kill -9 $(systemctl show -p MainPID --value watcher)');
    await until(async () => (await output(one(), 'h1', 'cat /var/log/watcher')) === 'life\nlife');
    await until(async () => (await one().exec('h1', 'systemctl is-active watcher')).code === 0);
    await output(one(), 'h1', 'systemctl stop watcher');
    const left = await output(one(), 'h1', 'pgrep -fx "sleep 1000" || systemctl is-active watcher || true');
    assert.is(left, 'inactive');
    await sleep(200);
    assert.is(await output(one(), 'h1', 'grep -c life /var/log/watcher'), '2');
  },
);

services('a dockerd that cannot start says so, and its start is refused after three tries', async () => {
  await output(
    one(),
    'h1',
    'systemctl reset-failed docker; mkdir -p /etc/docker; echo "{ broken" >/etc/docker/daemon.json',
  );
  const failed = await one().exec('h1', 'systemctl restart docker');
  assert.is(failed.code, 1);
  assert.match(failed.stderr, /^Job for docker\.service failed because the control process exited/);
  // Each try takes its RestartSec=, 2 s in Debian's unit.
  await output(one(), 'h1', 'timeout 20 sh -c "until systemctl is-failed -q docker; do sleep 0.2; done"');
  assert.is(
    await output(one(), 'h1', 'systemctl is-active docker || true; rm /etc/docker/daemon.json'),
    'failed',
  );
  assert.match((await one().exec('h1', 'systemctl start docker')).stderr, /attempted too often/);
  await output(one(), 'h1', 'systemctl reset-failed docker; systemctl start docker; docker ps');
});

services('enabled services are there after a boot', async () => {
  await one().reboot('h1');
  assert.is(
    await output(one(), 'h1', 'systemctl is-active docker follower watcher'),
    'active\nactive\nactive',
  );
});

services.run();

const ends = suite('lab end');

ends('down leaves nothing, and a second down does nothing', async () => {
  const up = await startTestLab({ hosts: 1 });
  await up.operator(['sh', '-c', 'sleep 1000 >/dev/null 2>&1 &']);
  await up.exec('h1', 'setsid sleep 1000 >/dev/null 2>&1 &');
  assert.is.not(traces(up.name).length, 0);
  await up.down();
  await up.down();
  assert.equal(traces(up.name), []);
  assert.is(statSync(up.directory, { throwIfNoEntry: false }), undefined);
  assert.is(await labDown(up.directory), false);
});

ends('an interrupted start leaves nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'route-mesh-lab-cut-'));
  const name = `cut-${process.pid}`;
  for (const delay of [30, 200, 600]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delay);
    try {
      await labUp({ name, hosts: 2, directory: join(directory, name), signal: controller.signal });
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /interrupted/, `after ${delay} ms`);
    }
    assert.equal(traces(name), [], `after ${delay} ms`);
    assert.equal(readdirSync(directory), []);
  }
  await rm(directory, { recursive: true });
});

ends('what a killed starter leaves, another process takes down', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'route-mesh-lab-killed-'));
  const name = `killed-${process.pid}`;
  const directory = join(parent, name);
  const options = JSON.stringify({ name, hosts: 2, directory });
  const script = `import { labUp } from './src/lab/lab-up.ts'; await labUp(${options});`;
  const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  const closed = once(starter, 'close');
  await sleep(1200);
  starter.kill('SIGKILL');
  await closed;
  assert.is.not(traces(name).length, 0);
  assert.is(await labDown(directory), true);
  assert.equal(traces(name), []);
  await rm(parent, { recursive: true });
});

ends.run();
