/** Inventories where operators keep them: files, directories, programs, standard input. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import type { Inventory } from '../../../src/inventory/model.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { readProgram } from '../../../src/inventory/read-program.ts';
import { hostNamed } from '../../support/ansible-reading.ts';

const test = suite('reading inventories');

const FIXTURES = new URL('../../fixtures/inventory/ansible/', import.meta.url).pathname;
let folder = '';

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), `route-mesh-read-${process.pid}-`));
});

test.after.each(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string, mode = 0o644): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

async function refusalOf(reading: Promise<unknown>): Promise<string> {
  const thrown = await reading.then(
    () => new Error('it was taken'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof MeshError)) throw thrown;
  return `${thrown.code}: ${thrown.message}; ${thrown.cure}`;
}

/** All but the places, which differ. */
function meaningOf(inventory: Inventory): unknown {
  const hosts = inventory.hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const plain = hosts.map((host) => JSON.stringify({ ...host, place: '' }));
  return { ...inventory, source: '', allocationFile: '', hosts: plain };
}

test('one site in INI with its variables beside it, and as ansible-inventory exports it, mean the same', async () => {
  const ini = await readInventory(join(FIXTURES, 'ini/hosts'));
  const yaml = await readInventory(join(FIXTURES, 'yaml/exported.yaml'));
  const json = await readInventory(join(FIXTURES, 'json/list.json'));
  assert.is(ini.hosts.length, 11);
  assert.equal(meaningOf(yaml), meaningOf(ini));
  assert.equal(meaningOf(json), meaningOf(ini));
});

test('files of variables: hidden ones and backups do not count, several of a group count in their order', async () => {
  const fra = hostNamed(await readInventory(join(FIXTURES, 'ini')), 'fra01.example.com');
  assert.is(fra.connection.user, 'fra');
  assert.is(fra.dockerRestart, 'allowed');
  assert.is(fra.connection.connectTimeout, 20);
});

test('of several files for one name the first ending counts; folders below are searched, links followed', async () => {
  const file = await put('hosts', '[web]\nh1\n[db]\nh2\n');
  await put('group_vars/web.yml', 'ansible_user: yml');
  await put('group_vars/web.json', '{"ansible_user": "json"}');
  await put('group_vars/db/inner/login', 'ansible_user: inner');
  await put('group_vars/db/notes.txt', 'not: [yaml');
  await put('group_vars/db/old.yml.bak', 'not: [yaml');
  await put('elsewhere.yml', 'ansible_port: 2222');
  await mkdir(join(folder, 'host_vars'));
  await symlink('../elsewhere.yml', join(folder, 'host_vars/h2.yml'));
  const inventory = await readInventory(file);
  assert.is(hostNamed(inventory, 'h1').connection.user, 'yml');
  assert.is(hostNamed(inventory, 'h2').connection.user, 'inner');
  assert.is(hostNamed(inventory, 'h2').connection.port, 2222);
});

test('variables that cannot be read are not passed over', async () => {
  const file = await put('hosts', 'h1');
  await mkdir(join(folder, 'host_vars'));
  await symlink('nowhere', join(folder, 'host_vars/h1.yml'));
  assert.match(
    await refusalOf(readInventory(file)),
    /inventory-missing: .*host_vars\/h1\.yml cannot be read/,
  );
});

test('variables that cannot even be looked at are not taken for absent', async () => {
  const file = await put('hosts.ini', '[docker]\nh1\n');
  await mkdir(join(folder, 'group_vars/docker'), { recursive: true });
  // A name too long for any file system fails otherwise than one that is not there, for root too.
  await symlink('x'.repeat(300), join(folder, 'group_vars/docker/pool.yml'));
  assert.match(
    await refusalOf(readInventory(file)),
    /inventory-missing: .*group_vars\/docker\/pool\.yml.*ENAMETOOLONG/,
  );
});

test('our own format has no variables beside it', async () => {
  const file = await put('mesh.yaml', 'hosts: [h1]');
  await put('group_vars/all.yml', 'ansible_user: other');
  assert.is(hostNamed(await readInventory(file), 'h1').connection.user, undefined);
});

const ALLOCATIONS: readonly (readonly [file: string, kept: string])[] = [
  ['mesh.yaml', 'mesh.allocations.yaml'],
  ['hosts', 'hosts.allocations.yaml'],
  ['hosts.ini', 'hosts.allocations.yaml'],
  ['hosts.live', 'hosts.live.allocations.yaml'],
];

for (const [name, kept] of ALLOCATIONS) {
  test(`allocations of ${name} are kept in ${kept}`, async () => {
    const file = await put(name, name.endsWith('.yaml') ? 'hosts: [h1]' : 'h1');
    assert.is((await readInventory(file)).allocationFile, join(folder, kept));
  });
}

test('a directory: the first name found, allocations inside it, as if the file itself were named', async () => {
  await put('hosts', 'h1');
  assert.is((await readInventory(folder)).allocationFile, join(folder, 'hosts.allocations.yaml'));
  await put('route-mesh.yaml', 'hosts: [h1, h2]');
  const inventory = await readInventory(folder);
  assert.is(inventory.source, folder);
  assert.is(inventory.allocationFile, join(folder, 'route-mesh.allocations.yaml'));
  assert.is(inventory.hosts.length, 2);
});

test('a directory without an inventory, and nothing at all', async () => {
  assert.match(
    await refusalOf(readInventory(folder)),
    /inventory-missing: .* there is no route-mesh\.yaml, no hosts\.yaml, no hosts\.yml, no hosts, no hosts\.ini, no hosts\.json; Name the file/,
  );
  assert.match(
    await refusalOf(readInventory(join(folder, 'none'))),
    /inventory-missing: .*ENOENT.*; Name a file/,
  );
});

async function* chunks(...parts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

test('standard input in every format, nothing kept beside it', async () => {
  const texts = ['hosts: [h1]', '{"web": ["h1"]}', '[web]\nh1', 'all: {hosts: {h1: }}'];
  for (const text of texts) {
    const inventory = await readInventory('-', chunks(text.slice(0, 3), text.slice(3)));
    assert.is(hostNamed(inventory, 'h1').name, 'h1', text);
    assert.is(inventory.allocationFile, undefined);
    assert.is(inventory.source, '-');
  }
  assert.match(await refusalOf(readInventory('-', chunks(''))), /the inventory is empty/);
});

test('a list of hosts, unless a file has that name', async () => {
  assert.is((await readInventory('h1,h2')).hosts.length, 2);
  assert.is((await readInventory('h1,')).allocationFile, undefined);
  assert.is((await readInventory(await put('a,b', 'h7'))).hosts[0]?.name, 'h7');
});

test('a program is run with --list, and has its variables beside it', async () => {
  const program = await put(
    'inventory.py',
    '#!/bin/sh\necho "a warning" >&2\n[ "$1" = --list ] && echo \'{"web": ["h1"], "_meta": {"hostvars": {"h1": {"ansible_port": 23}}}}\'\n',
    0o755,
  );
  await put('group_vars/web.yml', 'ansible_user: ops');
  const inventory = await readInventory(program);
  const { connection, place } = hostNamed(inventory, 'h1');
  assert.equal([connection.port, connection.user], [23, 'ops']);
  assert.is(place, `${program} --list:1`);
  assert.is(inventory.allocationFile, join(folder, 'inventory.py.allocations.yaml'));
});

test('a text with the mode of a program, as on some file systems, is a text', async () => {
  assert.is((await readInventory(await put('hosts', '[web]\nh1', 0o755))).hosts[0]?.name, 'h1');
});

const FAILING: readonly (readonly [what: string, script: string, mode: number, told: RegExp])[] = [
  [
    'that fails',
    '#!/bin/sh\necho "no token" >&2\nexit 3',
    0o755,
    /ended with exit code 3, and said: no token; Run/,
  ],
  ['that prints no JSON', '#!/bin/sh\necho hello', 0o755, /it prints no JSON object/],
  ['that kills itself', '#!/bin/sh\nkill -9 $$', 0o755, /it was ended by SIGKILL/],
  ['that is not executable', '#!/bin/sh\necho {}', 0o644, /may not be executed; chmod \+x/],
  ['without an interpreter', '#!/nowhere/python\n', 0o755, /the interpreter that its first line names/],
  ['with broken JSON', '#!/bin/sh\necho \'{"web": ["h1"\'', 0o755, /inventory-syntax/],
];

for (const [what, script, mode, told] of FAILING) {
  test(`a program ${what}`, async () => {
    assert.match(await refusalOf(readInventory(await put('program', script, mode))), told);
  });
}

test('a program that does not end is ended, and one that reads gets nothing', async () => {
  const endless = await put('endless', '#!/bin/sh\nwhile :; do sleep 0.1; done', 0o755);
  assert.match(await refusalOf(readProgram(endless, 0.3)), /it does not end within 0\.3 s/);
  const reader = await put('reader', '#!/bin/sh\ncat\necho {}', 0o755);
  assert.is(await readProgram(reader, 10), '{}\n');
});

test.run();
