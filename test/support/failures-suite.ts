/**
 * What goes wrong on real hosts, and what route-mesh says and leaves then: each failure on its own host, the others
 * done, nothing half done.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DockerRelease } from '../../src/lab/docker-release.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { useLab } from './lab-fixture.ts';
import {
  changedInventory,
  cli,
  type LabInventory,
  on,
  onAll,
  snapshot,
  snapshotDifference,
  startContainer,
} from './mesh-lab.ts';

type Change = (inventory: LabInventory) => void;

/** Everything of route-mesh that a host shows: nothing, or a whole revision. */
async function isInMesh(lab: Lab, host: string): Promise<boolean> {
  return (
    (await lab.exec(host, 'sh /etc/route-mesh/route-mesh-host.sh report | grep -q "firewall intact"'))
      .code === 0
  );
}

/** Defines and registers the suite for one release. */
export function failuresSuite(release: DockerRelease): void {
  const test = suite(`failures, Docker ${release}`);
  const raised = useLab(test, { hosts: 3, docker: release });
  let lab: Lab;
  let untouched: readonly string[] = [];
  const syncWith = async (words: readonly string[], change: Change = () => undefined) => {
    const inventory = await changedInventory(lab, 'failures', change);
    const { code, stdout, stderr } = await cli(lab, ['sync', '--yes', ...words], { inventory });
    return { code, said: `${stdout}${stderr}` };
  };
  /** h3 fails as told and is untouched; h1 and h2 are a mesh of two. */
  const expectOthersDone = async (
    code: number,
    pattern: RegExp,
    change: Change = () => undefined,
  ): Promise<void> => {
    const { code: ended, said } = await syncWith(['--allow', 'docker-restart'], change);
    assert.is(ended, code, said);
    assert.match(said, pattern);
    assert.is(await isInMesh(lab, 'h1'), true, said);
    assert.is(await isInMesh(lab, 'h2'), true, said);
    assert.is(await on(lab, 'h1', 'ip route show proto 213 | grep -c via || :'), '1', said);
    if (await lab.isRunning('h3')) {
      assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h3')), [], said);
    }
  };

  test.before(async () => {
    lab = raised();
    await onAll(lab, 'systemctl reset-failed docker');
    await startContainer(lab, 'h3', 'c0');
    untouched = await snapshot(lab, 'h3');
  });

  test('a pool that overlaps a LAN: refused before anything is touched', async () => {
    const { code, said } = await syncWith([], (inventory) => {
      inventory['pool'] = '10.99.0.0/16';
    });
    assert.is(code, 1, said);
    assert.match(said, /The pool 10\.99\.0\.0\/16 contains address 10\.99\.0\.1\/24 on eth0/);
    assert.match(said, /range that no host uses/);
    assert.is(await isInMesh(lab, 'h1'), false);
  });

  test('no docker on a host: 1, said, the others done', async () => {
    await on(lab, 'h3', 'systemctl stop docker');
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    await on(lab, 'h3', 'systemctl reset-failed docker; systemctl start docker; docker start c0');
    assert.is(code, 1, said);
    assert.match(said, /h3 \(plan\): dockerd does not answer/);
    assert.match(said, /systemctl start docker/);
    assert.is(await isInMesh(lab, 'h2'), true);
    assert.is(await isInMesh(lab, 'h3'), false);
  });

  test('a host that is down: 4, the others done', async () => {
    await lab.kill('h3');
    await expectOthersDone(4, /h3 \(connect\): .*\n {2}\S/, (inventory) => {
      inventory.defaults['connect_timeout'] = 3;
    });
    await lab.boot('h3');
    await on(lab, 'h3', 'docker start c0; systemctl reset-failed docker');
  });

  test('a wrong key: 4, and how to log in', async () => {
    await lab.operator(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${lab.directory}/stranger`]);
    await expectOthersDone(4, /h3 \(connect\): .*root/, (inventory) => {
      inventory.hosts['h3'] = { ...inventory.hosts['h3'], keys: [`${lab.directory}/stranger`] };
    });
  });

  test('a changed host key: 4, with both fingerprints', async () => {
    const known = `${lab.directory}/known_hosts_changed`;
    const change = `grep -v '^10.99.0.3' ${lab.directory}/known_hosts >${known}
printf '10.99.0.3 %s\\n' "$(cut -d' ' -f1,2 ${lab.directory}/stranger.pub)" >>${known}`;
    await lab.operator(['sh', '-c', change]);
    await expectOthersDone(4, /SHA256:\S+[\s\S]*SHA256:\S+/, (inventory) => {
      inventory.hosts['h3'] = { ...inventory.hosts['h3'], known_hosts: [known] };
    });
  });

  test('an unknown host key: 4, and accept-new adds it', async () => {
    const known = `${lab.directory}/known_hosts_new`;
    await lab.operator(['sh', '-c', `grep -v '^10.99.0.3' ${lab.directory}/known_hosts >${known}`]);
    await expectOthersDone(4, /accept-new/, (inventory) => {
      inventory.hosts['h3'] = { ...inventory.hosts['h3'], known_hosts: [known] };
    });
    const inventory = `${lab.directory}/failures.yaml`;
    const facts = await cli(lab, ['facts', '--limit', 'h3', '--accept-new'], { inventory });
    assert.is(facts.code, 0, facts.stderr);
    assert.match((await lab.operator(['cat', known])).stdout, /10\.99\.0\.3 ssh-ed25519/);
  });

  test('no sudo right: 4, said', async () => {
    const add = `useradd -m plain && mkdir -p /home/plain/.ssh && cp /root/.ssh/authorized_keys /home/plain/.ssh/
chown -R plain /home/plain/.ssh`;
    await on(lab, 'h3', add);
    const asPlain = (sudo: boolean) => (inventory: LabInventory) => {
      inventory.hosts['h3'] = { ...inventory.hosts['h3'], user: 'plain', sudo };
    };
    await expectOthersDone(4, /h3 \(\w+\): .*root/, asPlain(false));
    await expectOthersDone(4, /h3 \(\w+\): .*sudo/, asPlain(true));
    await on(lab, 'h3', 'userdel -r plain 2>/dev/null; :');
    untouched = await snapshot(lab, 'h3');
  });

  test('a full disk: 1, said, nothing left on the host', async () => {
    await on(
      lab,
      'h3',
      'mkdir -p /var/lib/route-mesh && mount -t tmpfs -o size=16k tmpfs /var/lib/route-mesh',
    );
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    await on(lab, 'h3', 'umount /var/lib/route-mesh; rmdir /var/lib/route-mesh');
    assert.is(code, 1, said);
    assert.match(said, /h3 \(stage\): cannot write below \/var\/lib\/route-mesh/);
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h3')), []);
  });

  test('an invalid daemon.json: 1, with the file and where', async () => {
    await on(lab, 'h3', `mkdir -p /etc/docker; printf '{ "debug": true, }' >/etc/docker/daemon.json`);
    const before = await snapshot(lab, 'h3');
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    assert.is(code, 1, said);
    assert.match(said, /h3 \(plan\): \/etc\/docker\/daemon\.json is not valid JSON/);
    assert.equal(snapshotDifference(before, await snapshot(lab, 'h3')), []);
    await on(lab, 'h3', 'rm /etc/docker/daemon.json');
  });

  test('--bip given as a flag: 1, with the drop-in that gives it', async () => {
    const dropIn = `mkdir -p /etc/systemd/system/docker.service.d
cat >/etc/systemd/system/docker.service.d/bip.conf <<'END'
[Service]
ExecStart=
ExecStart=/usr/sbin/dockerd --containerd=/run/containerd/containerd.sock --bip 192.168.44.1/24
END
systemctl daemon-reload; systemctl reset-failed docker; systemctl restart docker`;
    await on(lab, 'h3', dropIn);
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    assert.is(code, 1, said);
    assert.match(said, /h3 \(plan\): dockerd is started with --bip=192\.168\.44\.1\/24 \(.*bip\.conf/);
    assert.is(await isInMesh(lab, 'h3'), false);
    await on(
      lab,
      'h3',
      `rm -r /etc/systemd/system/docker.service.d; systemctl daemon-reload; systemctl reset-failed docker
systemctl stop docker; ip link delete docker0; rm -f /var/lib/docker/network/files/local-kv.db; systemctl start docker`,
    );
    untouched = await snapshot(lab, 'h3');
  });

  test('dockerd that does not start with the new daemon.json: 1, the old one back, its containers and live-restore back', async () => {
    await on(lab, 'h3', `echo '{"live-restore": true}' >/etc/docker/daemon.json; systemctl reload docker`);
    const before = await snapshot(lab, 'h3');
    const dropIn = `mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\\nExecStartPre=/bin/sh -c "! grep -q 10.208 /etc/docker/daemon.json"\\n' >/etc/systemd/system/docker.service.d/fail.conf
systemctl daemon-reload; systemctl reset-failed docker`;
    await on(lab, 'h3', dropIn);
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    assert.is(code, 1, said);
    assert.match(said, /h3 \(docker_restart\): dockerd does not start/);
    assert.match(said, /h3 is back as it was before/);
    assert.is(await on(lab, 'h3', "docker ps --format '{{.Names}}'"), 'c0');
    assert.is(await on(lab, 'h3', "docker info --format '{{.LiveRestoreEnabled}}'"), 'true');
    await on(lab, 'h3', 'rm -r /etc/systemd/system/docker.service.d; systemctl daemon-reload');
    assert.equal(snapshotDifference(before, await snapshot(lab, 'h3')), []);
    await on(
      lab,
      'h3',
      `echo '{}' >/etc/docker/daemon.json; systemctl reload docker; rm /etc/docker/daemon.json`,
    );
  });

  test('two operators at once: 5 for the second, with the first one’s name', async () => {
    const hold = `mkdir -p /run/route-mesh; echo 'alice@laptop pid 7' >/run/route-mesh/lock
setsid flock /run/route-mesh/lock sleep 8 >/dev/null 2>&1 </dev/null & sleep 0.3`;
    await on(lab, 'h3', hold);
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    assert.is(code, 5, said);
    assert.match(said, /h3 \(lock\): another operator works on this host: alice@laptop pid 7/);
    await on(lab, 'h3', 'flock /run/route-mesh/lock true; rm -r /run/route-mesh');
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h3')), []);
  });

  test('a plan that the hosts have moved away from: 5, nothing applied', async () => {
    const inventory = `${lab.directory}/failures.yaml`;
    const file = `${lab.directory}/change.plan`;
    assert.is((await cli(lab, ['plan', '-o', file], { inventory })).code, 2);
    await on(lab, 'h3', 'docker run -d --name newcomer --restart unless-stopped lab:latest');
    const { code, stderr } = await cli(lab, ['sync', file, '--allow', 'docker-restart'], { inventory });
    assert.is(code, 5, stderr);
    assert.match(stderr, /have changed since this plan was made/);
    await on(lab, 'h3', 'docker rm -f newcomer');
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h3')), []);
  });

  test('when all is mended, the next sync finishes the work', async () => {
    await on(lab, 'h3', 'systemctl reset-failed docker');
    const { code, said } = await syncWith(['--allow', 'docker-restart']);
    assert.is(code, 0, said);
    const verified = await cli(lab, ['verify'], { inventory: `${lab.directory}/failures.yaml` });
    assert.is(verified.code, 0, verified.stdout);
  });

  test.run();
}
