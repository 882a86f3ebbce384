/** The commands as a new user calls them, on one lab: init, inventories of other kinds, status, verify, wrong input. */
import { readFile, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lab } from '../../src/lab/lab.ts';
import { useLab } from '../support/lab-fixture.ts';
import { changedInventory, cli, on, startContainer } from '../support/mesh-lab.ts';

const test = suite('commands');
const raised = useLab(test, { hosts: 3 });
let lab: Lab;
let sshConfig = '';

async function expectExit(words: readonly string[], code: number, options: Parameters<typeof cli>[2] = {}) {
  const result = await cli(lab, words, options);
  const said = `${result.stdout}${result.stderr}`;
  assert.is(result.code, code, `route-mesh ${words.join(' ')} ended with ${result.code}:\n${said}`);
  return result;
}

test.before(async () => {
  lab = raised();
  sshConfig = `${lab.directory}/ssh_config`;
  const hosts = lab.hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`);
  await writeFile(
    sshConfig,
    `${hosts.join('')}Host *\n  User root\n  IdentityFile ${lab.directory}/id\n  IdentitiesOnly yes\n  UserKnownHostsFile ${lab.directory}/known_hosts\n`,
  );
});

test('init writes an inventory with the pool and what it found, and never over one that is there', async () => {
  const file = `${lab.directory}/new.yaml`;
  const words = ['init', 'h1', 'h2', 'h3', '--ssh-config', sshConfig, '--output', file];
  const { stdout } = await expectExit(words, 0);
  assert.match(stdout, `written to ${file}`);
  const text = await readFile(file, 'utf8');
  assert.match(text, /^pool: 10\.208\.0\.0\/16 /m);
  assert.match(text, /^ {2}h2: {3}# Debian .*, Docker 28\.\S+, next hop 10\.99\.0\.2$/m);
  assert.match((await expectExit(words, 64)).stderr, /EEXIST|exists/);
  assert.is(await readFile(file, 'utf8'), text);
});

test('the inventory that init wrote is one that plan and sync take', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  await expectExit(['plan'], 2, { inventory });
  await expectExit(['sync', '--yes'], 0, { inventory });
  await expectExit(['check', '--quiet'], 0, { inventory });
});

test('status shows a row a host', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  const { stdout } = await expectExit(['status'], 0, { inventory });
  assert.match(stdout, /^h2 +in sync +10\.208\.4\.0\/22 +10\.99\.0\.2 +3\/3 +intact +runs +1 +28\./m);
  const json = JSON.parse((await expectExit(['status', '--json'], 0, { inventory })).stdout);
  assert.is(json.hosts[0].block, '10.208.0.0/22');
});

test('facts as JSON are one document', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  const json = JSON.parse((await expectExit(['facts', '--json', '--limit', 'h1'], 0, { inventory })).stdout);
  assert.equal(Object.keys(json.hosts), ['h1']);
  assert.is(json.hosts.h1.footprint.block, '10.208.0.0/22');
});

test('the allocation file may be lost, and the hosts’ memory too, one at a time', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  await lab.operator(['rm', `${lab.directory}/new.allocations.yaml`]);
  await expectExit(['check'], 0, { inventory });
  await expectExit(['sync', '--yes'], 0, { inventory });
  assert.match(await readFile(`${lab.directory}/new.allocations.yaml`, 'utf8'), /h3: 10\.208\.8\.0\/22/);
  await on(
    lab,
    'h3',
    'systemctl stop route-mesh; rm -r /etc/route-mesh /var/lib/route-mesh; ip route flush proto 213',
  );
  const { stdout } = await expectExit(['plan'], 2, { inventory });
  assert.match(stdout, /h3 {2}block 10\.208\.8\.0\/22/);
  await expectExit(['sync', '--yes'], 0, { inventory });
});

test('a hop with a smaller MTU is found between containers, and is not as it shall be', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  await startContainer(lab, 'h1', 'c0');
  await on(lab, 'h2', 'ip link set eth0 mtu 1400');
  const { stdout } = await expectExit(['verify', '--json'], 1, { inventory });
  const { pairs } = JSON.parse(stdout);
  const between = (from: string, to: string) =>
    pairs.find((pair: { from: string; to: string }) => pair.from === from && pair.to === to);
  assert.is(between('h2', 'h1').pathMtu, 1400, stdout);
  assert.is(between('h1', 'h3').healthy, true, stdout);
  await on(lab, 'h2', 'ip link set eth0 mtu 1500');
  const matrix = await expectExit(['verify', '--matrix'], 0, { inventory });
  assert.match(matrix.stdout, /^from \\ to +h1 +h2 +h3$/m);
});

test('other inventories give the same hosts: a list on the command line, Ansible’s INI, standard input', async () => {
  const ini = `${lab.directory}/hosts.ini`;
  const variables = `ansible_user=root ansible_ssh_private_key_file=${lab.directory}/id route_mesh_known_hosts=${lab.directory}/known_hosts`;
  await writeFile(
    ini,
    `[docker]\nh[1:3]\n\n[docker:vars]\n${variables.replaceAll(' ', '\n')}\nroute_mesh_ssh_config=false\n\n[all:vars]\nroute_mesh_pool=10.208.0.0/16\n\n[a]\nh1 ansible_host=10.99.0.1\nh2 ansible_host=10.99.0.2\nh3 ansible_host=10.99.0.3\n`,
  );
  await expectExit(['check'], 0, { inventory: ini });
  const yaml = await readFile(`${lab.directory}/new.yaml`, 'utf8');
  await expectExit(['check'], 0, { inventory: '-', stdin: yaml });
});

test('--limit with a typo says what was meant', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  const { stderr } = await expectExit(['plan', '--limit', 'h22'], 1, { inventory });
  assert.match(stderr, /"h22" matches no host[\s\S]*h2/);
});

test('wrong words, a missing inventory, a wrong key: each names the place and the cure', async () => {
  assert.match((await expectExit(['snyc'], 64)).stderr, /there is no command "snyc"/);
  assert.match((await expectExit(['sync', '--yess'], 64)).stderr, /--yess/);
  assert.match((await expectExit(['sync'], 64)).stderr, /no terminal[\s\S]*--yes/);
  assert.match((await expectExit(['plan'], 1, { inventory: '/nowhere.yaml' })).stderr, /\/nowhere\.yaml/);
  const wrong = await changedInventory(lab, 'wrong', (inventory) => {
    inventory.hosts['h2'] = { ...inventory.hosts['h2'], prot: 22 };
  });
  assert.match(
    (await expectExit(['plan'], 1, { inventory: wrong })).stderr,
    /wrong\.yaml:\d+.*prot[\s\S]*port/,
  );
});

test('sync as JSON is one event a line, with the plan and the end', async () => {
  const inventory = `${lab.directory}/new.yaml`;
  const { stdout } = await expectExit(['sync', '--yes', '--json'], 0, { inventory });
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.is(events[0].kind, 'run-started');
  assert.is(events.at(-1).kind, 'run-ended');
  assert.is(events.filter((event) => event.kind === 'host-unchanged').length, 3);
  assert.ok(events.every((event) => event.schema === 1));
});

test.run();
