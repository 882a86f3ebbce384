import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { factsLines } from '../../../src/faces/facts.ts';
import { planLines } from '../../../src/faces/plan.ts';
import { statusLines } from '../../../src/faces/status.ts';
import { createStyle } from '../../../src/faces/style.ts';
import { renderTable } from '../../../src/faces/table.ts';
import { matrixLines, verificationLines } from '../../../src/faces/verification.ts';
import type { HostStatus } from '../../../src/plan/status.ts';
import type { PairResult } from '../../../src/verification/pair.ts';
import { buildDocker, buildFootprint } from '../../support/facts-builder.ts';
import { buildFreshHost, buildFreshMesh, planOf } from '../../support/mesh-builder.ts';

const PLAIN = createStyle(false);
const test = suite('tables and lists');

test('columns are as wide as their widest cell, lines end with their last word', () => {
  assert.equal(
    renderTable([
      ['a', 'bb', ''],
      ['ccc', 'd', 'e'],
    ]),
    ['a    bb', 'ccc  d   e'],
  );
  assert.equal(renderTable([]), []);
});

test('status: a row a host, a dash for what is not known, problems below', () => {
  const problem = new MeshError({ code: 'host-unreachable', host: 'h2', message: 'no answer' });
  const unknown = {
    block: undefined,
    underlay: undefined,
    revision: undefined,
    routes: undefined,
    firewall: undefined,
    watcher: undefined,
    docker: undefined,
    containers: undefined,
  };
  const rows: readonly HostStatus[] = [
    {
      host: 'h1',
      state: 'in sync',
      block: '10.208.0.0/22',
      underlay: '192.0.2.1',
      revision: 3,
      routes: { present: 2, wanted: 2 },
      firewall: 'intact',
      watcher: true,
      docker: '28.5.2',
      containers: 0,
      problems: [],
    },
    { host: 'h2', state: 'unreachable', ...unknown, problems: [problem] },
  ];
  assert.equal(statusLines({ mesh: 'm', pool: '10.208.0.0/16' }, rows, PLAIN), [
    'mesh m  pool 10.208.0.0/16',
    '',
    'HOST  STATE        BLOCK          UNDERLAY   ROUTES  FIREWALL  WATCHER  REV  DOCKER  CONTAINERS',
    'h1    in sync      10.208.0.0/22  192.0.2.1  2/2     intact    runs     3    28.5.2  0',
    'h2    unreachable  -              -          -       -         -        -    -       -',
    'error h2: no answer',
  ]);
});

const kept: PairResult = {
  from: 'h1',
  to: 'h2',
  received: 3,
  roundTripMs: 0.254,
  pathMtu: 1500,
  source: 'kept',
};
const pairs: readonly PairResult[] = [
  kept,
  { ...kept, from: 'h2', to: 'h1', received: 0, roundTripMs: undefined, source: 'unknown' },
];
const isHealthy = (pair: PairResult): boolean => pair.received > 0;

test('pairs as a list', () => {
  assert.equal(verificationLines(pairs, [], isHealthy, false, PLAIN), [
    'h1 -> h2  3/3        0.25 ms  mtu 1500  source kept',
    'h2 -> h1  no answer',
    '1 of 2 pairs as they shall be',
  ]);
});

test('pairs as a matrix', () => {
  assert.equal(matrixLines(pairs, isHealthy), [
    'from \\ to  h1         h2',
    'h1         .          0.25 ms',
    'h2         no answer  .',
  ]);
  const [rewritten] = matrixLines([{ ...kept, source: { rewrittenTo: '192.0.2.1' } }], () => false).slice(1);
  assert.is(rewritten, 'h1         .   NAT');
  const [small] = matrixLines([{ ...kept, pathMtu: 1400 }], () => false).slice(1);
  assert.is(small, 'h1         .   mtu 1400');
});

test('a plan shows the selected hosts, with signs in colour', () => {
  const plan = planOf(buildFreshMesh(2));
  const lines = planLines(plan, new Set(['h2']), createStyle(true));
  assert.not(lines.some((line) => line.startsWith('h1')));
  assert.ok(lines.some((line) => line.startsWith('\u001b[34m  + block')));
  assert.ok(lines.some((line) => line.startsWith('\u001b[33m  ! docker')));
});

test('facts in a few lines', () => {
  const docker = buildDocker({ liveRestore: true });
  assert.equal(factsLines('h1', buildFreshHost(1, { docker, footprint: buildFootprint() })), [
    'h1',
    '  system     Debian GNU/Linux 12 (bookworm), Linux 6.1.0-18-amd64 x86_64, systemd',
    '  addresses  eth0 192.0.2.1/24, docker0 172.17.0.1/16',
    '  docker     28.5.2, firewall by iptables, live-restore, 0 containers',
    '  networks   bridge 172.17.0.0/16',
    '  firewall   iptables nft, nft',
    '  mesh       mesh, block 10.208.0.0/22',
  ]);
  const bare = factsLines('h1', buildFreshHost(1, { docker: undefined }));
  assert.ok(bare.includes('  docker     none'));
  assert.ok(bare.includes('  mesh       none'));
  const silent = buildDocker({ serverVersion: undefined, error: 'refused' });
  assert.ok(
    factsLines('h1', buildFreshHost(1, { docker: silent })).includes('  docker     no answer: refused'),
  );
});

test.run();
