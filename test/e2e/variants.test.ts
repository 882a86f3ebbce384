/**
 * One mesh of hosts that differ: two segments behind a router, legacy iptables, no nft, live-restore, a login that needs
 * sudo with a password. What holds for the plain hosts of static-mesh holds for these.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lab } from '../../src/lab/lab.ts';
import { useLab } from '../support/lab-fixture.ts';
import {
  brokenPairs,
  changedInventory,
  cli,
  findContainer,
  on,
  onAll,
  settle,
  snapshot,
  snapshotDifference,
  startContainer,
} from '../support/mesh-lab.ts';

const test = suite('hosts that differ');
const raised = useLab(test, { hosts: 4, segments: 2 });
const PASSWORD = 'correct horse';
let lab: Lab;
let inventory = '';
const before = new Map<string, readonly string[]>();

const VARIANTS: Readonly<Record<string, string>> = {
  // Chains of the other kind would stay from dockerd's first start.
  h1: `iptables -F; iptables -t nat -F; nft flush ruleset
for t in iptables iptables-save iptables-restore; do ln -sf xtables-legacy-multi /usr/sbin/$t; done
systemctl restart docker; iptables -V | grep -q legacy; iptables -P FORWARD DROP`,
  h2: 'mv /usr/sbin/nft /usr/sbin/nft.hidden',
  h3: `mkdir -p /etc/docker; echo '{"live-restore": true}' >/etc/docker/daemon.json; systemctl restart docker
docker run -d --name plain lab:latest`,
  h4: `useradd -m -s /bin/bash admin && echo 'admin:${PASSWORD}' | chpasswd
mkdir -p /home/admin/.ssh && cp /root/.ssh/authorized_keys /home/admin/.ssh/ && chown -R admin /home/admin/.ssh
echo 'admin ALL=(ALL) ALL' >/etc/sudoers.d/admin`,
};

const pairs = async (): Promise<readonly string[]> =>
  brokenPairs(lab, await Promise.all(lab.hosts.map(({ name }) => findContainer(lab, name, 'c0'))));

async function expectExit(words: readonly string[], code: number): Promise<string> {
  const result = await cli(lab, words, { inventory, env: { LAB_SUDO: PASSWORD } });
  const said = `${result.stdout}${result.stderr}`;
  assert.is(result.code, code, `route-mesh ${words.join(' ')} ended with ${result.code}:\n${said}`);
  assert.not.match(said, PASSWORD);
  return said;
}

test.before(async () => {
  lab = raised();
  await onAll(lab, 'systemctl reset-failed docker');
  for (const [host, script] of Object.entries(VARIANTS)) await on(lab, host, script);
  for (const { name } of lab.hosts) {
    await startContainer(lab, name, 'c0');
    before.set(name, await snapshot(lab, name));
  }
  await on(lab, 'h3', 'docker run -d --rm --name passing lab:latest');
  inventory = await changedInventory(lab, 'variants', ({ hosts }) => {
    hosts['h4'] = { ...hosts['h4'], user: 'admin', sudo: { password: { env: 'LAB_SUDO' } } };
  });
});

test('the plan says what is special: routes by way of the router, what a restart stops and what it ends', async () => {
  const said = await expectExit(['plan'], 2);
  assert.match(said, /\+ route {7}10\.208\.4\.0\/22 via 10\.99\.0\.253 {2}\(h2\)/);
  assert.match(said, /stops and starts again .*plain.*; ends for good passing \(run with --rm\)/);
  assert.match(said, /nft is not installed/);
});

test('sync makes them a mesh; the router is told the blocks, as its operator would', async () => {
  await expectExit(['sync', '--yes', '--allow', 'docker-restart'], 0);
  for (const [index, { address }] of lab.hosts.entries()) {
    const block = `10.208.${index * 4}.0/22`;
    await lab.operator(['ip', 'route', 'add', block, 'via', address], { network: 'router' });
  }
  assert.equal(await settle(pairs, 5), []);
  assert.match(await on(lab, 'h1', 'iptables -V; iptables -S DOCKER-USER'), /legacy[\s\S]*ROUTE-MESH/);
  assert.match(await on(lab, 'h2', 'iptables -t nat -S POSTROUTING 1'), /ROUTE-MESH/);
});

test('live-restore is on again, docker0 moved all the same, and whoever ran runs', async () => {
  assert.is(await on(lab, 'h3', "docker info --format '{{.LiveRestoreEnabled}}'"), 'true');
  assert.match(await on(lab, 'h3', 'ip -4 addr show docker0'), '10.208.8.1/24');
  assert.is(await on(lab, 'h3', "docker ps --format '{{.Names}}' | sort | tr '\\n' ' '"), 'c0 plain');
});

test('a second sync has nothing to do', async () => {
  assert.is((await expectExit(['sync', '--yes'], 0)).match(/nothing to do/g)?.length, 4);
  await expectExit(['verify'], 0);
});

test('a docker restart and a new network on each: all pairs again, sources kept', async () => {
  await onAll(lab, 'systemctl reset-failed docker; systemctl restart docker; docker network create other');
  assert.equal(await settle(pairs, 35), []);
});

test('destroy leaves each as it was', async () => {
  await onAll(lab, 'docker network rm other');
  await expectExit(['destroy', '--yes', '--allow', 'docker-restart'], 0);
  for (const { name } of lab.hosts) {
    assert.equal(snapshotDifference(before.get(name) ?? [], await snapshot(lab, name)), [], name);
  }
});

test.run();
