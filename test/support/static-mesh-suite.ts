/**
 * The static mesh from nothing to nothing, on real hosts with one release of Docker: a sequence of steps on one lab,
 * each of which builds on the ones before.
 */
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DockerRelease } from '../../src/lab/docker-release.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { addressSeenBy } from '../../src/lab/test-containers.ts';
import { useLab } from './lab-fixture.ts';
import {
  brokenPairs,
  type Container,
  changedInventory,
  cli,
  findContainer,
  on,
  onAll,
  settle,
  snapshot,
  snapshotDifference,
  startContainer,
} from './mesh-lab.ts';

/** Program of the test containers that asks a web server for the client's address. */
const PEER = fileURLToPath(new URL('../../templates/lab/container/peer', import.meta.url));

/** What an operator has on a host before route-mesh comes, in tables and files that route-mesh works in too. */
const OPERATORS_OWN = `
mkdir -p /etc/docker
printf '{\\n\\t"log-driver": "json-file",\\n\\t"labels": ["rack=7"]\\n}' >/etc/docker/daemon.json
systemctl reset-failed docker; systemctl restart docker
ip route add 198.51.100.0/24 via 10.99.0.254 proto static metric 50
ip route add 203.0.113.0/24 via 10.99.0.254 proto 99
iptables -N OPERATOR && iptables -A OPERATOR -s 192.0.2.66 -j DROP
iptables -I DOCKER-USER 1 -j OPERATOR
iptables -t raw -A PREROUTING -s 192.0.2.67 -j DROP
nft add table inet operator
nft add chain inet operator input '{ type filter hook input priority 5; }'
nft add rule inet operator input ip saddr 192.0.2.68 drop
`;

const OPERATORS_MARKS = [
  "ip route show 198.51.100.0/24 | grep -q 'via 10.99.0.254.*metric 50'",
  "ip route show 203.0.113.0/24 | grep -q 'via 10.99.0.254'",
  "iptables -S OPERATOR | grep -q '192.0.2.66/32 -j DROP'",
  "iptables -S DOCKER-USER | grep -q -- '-j OPERATOR'",
  "iptables -t raw -S | grep -q '192.0.2.67/32 -j DROP'",
  "nft list table inet operator | grep -q '192.0.2.68 drop'",
  `grep -q '"labels": \\[' /etc/docker/daemon.json`,
  `grep -q 'rack=7' /etc/docker/daemon.json`,
];

async function missingMarks(lab: Lab): Promise<readonly string[]> {
  const checks = OPERATORS_MARKS.map(async (mark) => ((await lab.exec('h1', mark)).code === 0 ? [] : [mark]));
  return (await Promise.all(checks)).flat();
}

/** Processes that a run with nothing to do must leave alone, and the files that it must not write. */
async function fingerprint(lab: Lab): Promise<ReadonlyMap<string, string>> {
  return onAll(
    lab,
    `cat /var/run/docker.pid /run/route-mesh/watch.pid; docker ps -q | sort
find /etc/route-mesh /var/lib/route-mesh /etc/docker /etc/systemd/system -type f -printf '%p %T@ %i\\n' | sort`,
  );
}

/** Defines and registers the suite for one release. */
export function staticMeshSuite(release: DockerRelease): void {
  const test = suite(`static mesh, Docker ${release}`);
  const raised = useLab(test, { hosts: 3, docker: release });
  let lab: Lab;
  let untouched: readonly string[] = [];
  const hosts = (): readonly string[] => lab.hosts.map(({ name }) => name);
  const members = async (): Promise<readonly Container[]> =>
    await Promise.all(
      hosts().flatMap((host) => [findContainer(lab, host, 'c0'), findContainer(lab, host, 'a0')]),
    );
  const reachable = async (): Promise<readonly string[]> => brokenPairs(lab, await members());
  const expectExit = async (words: readonly string[], code: number, inventory?: string): Promise<string> => {
    const result = await cli(lab, words, inventory === undefined ? {} : { inventory });
    const said = `${result.stdout}${result.stderr}`;
    assert.is(result.code, code, `route-mesh ${words.join(' ')} ended with ${result.code}:\n${said}`);
    return said;
  };

  test.before(async () => {
    lab = raised();
    await on(lab, 'h1', OPERATORS_OWN);
    await Promise.all(hosts().map((host) => startContainer(lab, host, 'c0', '-p 8080:80')));
    untouched = await snapshot(lab, 'h1');
  });

  test('plan shows what would change, ends with 2, and changes nothing', async () => {
    const said = await expectExit(['plan'], 2);
    assert.match(said, 'docker0 172.17.0.1/16 -> 10.208.0.1/24');
    assert.match(said, '+ route       10.208.4.0/22 via 10.99.0.2  (h2)');
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h1')), []);
  });

  test('cron does not restart a docker with running containers: 5, nothing touched', async () => {
    const said = await expectExit(['sync', '--yes'], 5);
    assert.match(said, 'would stop c0');
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h1')), []);
  });

  test('sync makes the mesh, and whoever ran runs again', async () => {
    await on(lab, 'h2', 'docker run -d --name plain lab:latest');
    await expectExit(['sync', '--yes', '--allow', 'docker-restart'], 0);
    assert.is(await on(lab, 'h2', "docker ps --format '{{.Names}}' | sort | tr '\\n' ' '"), 'c0 plain');
    await onAll(lab, 'docker network create app');
    await Promise.all(hosts().map((host) => startContainer(lab, host, 'a0', '--network app')));
  });

  test('every pair of containers on docker0 and on user-defined networks, with the sender’s own address', async () => {
    assert.equal(await reachable(), []);
  });

  test('verify finds every pair whole', async () => {
    const said = await expectExit(['verify', '--json'], 0);
    const { pairs } = JSON.parse(said);
    assert.is(pairs.length, 6);
    for (const pair of pairs) {
      assert.is(pair.source, 'kept', JSON.stringify(pair));
      assert.is(pair.pathMtu, 1500, JSON.stringify(pair));
      assert.ok(pair.roundTripMs > 0, JSON.stringify(pair));
    }
  });

  test('verify from probe containers where none runs, and nothing of them stays', async () => {
    const before = await snapshot(lab, 'h3');
    await on(lab, 'h3', 'docker stop -t 1 c0 a0');
    const said = await expectExit(['verify', '--json', '--to', 'h3'], 0);
    const [h3] = JSON.parse(said).endpoints.filter((one: { host: string }) => one.host === 'h3');
    assert.is(h3.running, false);
    await on(lab, 'h3', 'docker start c0 a0');
    assert.equal(snapshotDifference(before, await snapshot(lab, 'h3')), []);
  });

  test('a published port is reached from outside, and an unpublished one is not', async () => {
    const ask = async (address: string, port: number): Promise<string> => {
      const words = ['busybox', 'sh', '-c', `. '${PEER}'`, 'peer', address, String(port)];
      return (await lab.operator(words, { network: 'outside', timeout: 20 })).stdout.trim();
    };
    assert.is(await ask('10.99.0.1', 8080), '10.99.9.1');
    const { address } = await findContainer(lab, 'h1', 'c0');
    await lab.operator(['ip', 'route', 'replace', '10.208.0.0/22', 'via', '10.99.0.1']);
    assert.is(await ask(address, 7), '');
    const ping = await lab.operator(['ping', '-c', '1', '-W', '1', address]);
    assert.is.not(ping.code, 0, 'an address outside the mesh reached a container');
    await lab.operator(['ip', 'route', 'del', '10.208.0.0/22']);
  });

  test('the world is reached masqueraded', async () => {
    assert.is(await addressSeenBy(lab, { host: 'h1', container: 'c0' }, '10.99.9.1'), '10.99.0.1');
    assert.is(await addressSeenBy(lab, { host: 'h1', container: 'a0' }, '10.99.9.1'), '10.99.0.1');
  });

  test('a host reaches remote containers too, with docker0’s address', async () => {
    const { address } = await findContainer(lab, 'h2', 'c0');
    const request = `printf 'GET /cgi-bin/peer HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 3 ${address} 80 | tail -n 1`;
    assert.is(await on(lab, 'h1', request), '10.208.0.1');
  });

  test('a second sync has nothing to do, writes nothing and restarts nothing', async () => {
    const before = await fingerprint(lab);
    const said = await expectExit(['sync', '--yes'], 0);
    assert.is(said.match(/nothing to do/g)?.length, 3, said);
    assert.is(await expectExit(['sync', '--yes', '--quiet'], 0), '');
    await expectExit(['check'], 0);
    assert.equal(await fingerprint(lab), before);
  });

  test('a route and rules removed by hand: check says so with 2, sync repairs just that', async () => {
    await on(lab, 'h2', 'systemctl stop route-mesh; ip route del 10.208.0.0/22; iptables -F ROUTE-MESH');
    const docker = await on(lab, 'h2', 'cat /var/run/docker.pid');
    const said = await expectExit(['check'], 2);
    assert.match(said, '+ route       10.208.0.0/22 via 10.99.0.1  (h1)');
    assert.match(said, 'chains ROUTE-MESH: not as loaded');
    assert.match(said, 'h1  block 10.208.0.0/22  docker0 10.208.0.1/24  underlay 10.99.0.1  in sync');
    await expectExit(['sync', '--yes'], 0);
    await expectExit(['check'], 0);
    assert.is(await on(lab, 'h2', 'cat /var/run/docker.pid'), docker);
    assert.equal(await reachable(), []);
  });

  // From here to the fourth host the operator does nothing: the hosts heal by themselves.
  for (const [what, host, script] of [
    ['a docker restart', 'h1', 'systemctl reset-failed docker; systemctl restart docker'],
    ['a new docker network', 'h2', 'docker network create other'],
    [
      'a flush of iptables and a docker restart',
      'h3',
      'iptables -F; iptables -t nat -F; iptables -t raw -F; systemctl reset-failed docker; systemctl restart docker',
    ],
    ['a route deleted', 'h2', 'ip route del 10.208.8.0/22'],
  ] as const) {
    test(`heals by itself: ${what}`, async () => {
      await on(lab, host, script);
      assert.equal(await settle(reachable, 20), []);
    });
  }

  test('heals by itself: nft flush ruleset, with a docker restart', async () => {
    await on(
      lab,
      'h1',
      'nft flush ruleset; systemctl reset-failed docker; systemctl restart docker; iptables -P FORWARD DROP',
    );
    assert.equal(await settle(reachable, 20), []);
    await on(
      lab,
      'h1',
      OPERATORS_OWN.split('\n')
        .filter((line) => /^(iptables|nft)/.test(line))
        .join('\n'),
    );
  });

  test('heals by itself: the link goes down and comes up', async () => {
    await lab.linkDown('h2');
    await on(lab, 'h2', 'ip link set eth0 down; sleep 0.2; ip link set eth0 up');
    await lab.linkUp('h2');
    assert.equal(await settle(reachable, 20), []);
  });

  test('heals by itself: a reboot', async () => {
    await lab.reboot('h2');
    assert.equal(await settle(reachable, 30), []);
    assert.is(
      await on(lab, 'h2', 'sysctl -n net.ipv4.ip_forward; iptables -S FORWARD | head -n 1'),
      '1\n-P FORWARD DROP',
    );
  });

  test('a fourth host touches the others by one route each; taken out, it leaves no trace with them', async () => {
    await lab.addHost();
    const said = await expectExit(['plan', '--limit', 'h1:h2:h3'], 2);
    const changes = said.split('\n').filter((line) => /^ {2}[-+~!] /.test(line));
    assert.equal(changes, Array(3).fill('  + route       10.208.12.0/22 via 10.99.0.4  (h4)'));
    await startContainer(lab, 'h4', 'c0');
    await expectExit(['sync', '--yes', '--allow', 'docker-restart'], 0);
    await on(lab, 'h4', 'docker network create app');
    await startContainer(lab, 'h4', 'a0', '--network app');
    assert.equal(await reachable(), []);
    await expectExit(['destroy', '--yes', '--limit', 'h4', '--allow', 'docker-restart'], 0);
    const smaller = await changedInventory(lab, 'smaller', ({ hosts: named }) => {
      delete named['h4'];
    });
    await expectExit(['sync', '--yes'], 0, smaller);
    for (const [host, routes] of await onAll(lab, 'ip route show proto 213')) {
      assert.not.match(routes, '10.208.12.0/22', host);
    }
  });

  test('the operator’s own routes, rules, chains and daemon.json keys are as they were', async () => {
    assert.equal(await missingMarks(lab), []);
  });

  test('destroy gives back daemon.json, rules, routes and sysctls as they were, to the byte', async () => {
    await onAll(lab, 'docker rm -f a0 >/dev/null 2>&1; docker network rm app other >/dev/null 2>&1; :');
    await expectExit(['destroy', '--yes', '--allow', 'docker-restart'], 0, `${lab.directory}/smaller.yaml`);
    assert.equal(snapshotDifference(untouched, await snapshot(lab, 'h1')), []);
    assert.match(await on(lab, 'h1', 'ip -4 addr show docker0'), '172.17.0.1/16');
    assert.is(await on(lab, 'h1', "docker ps --format '{{.Names}}'"), 'c0');
  });

  test.run();
}
