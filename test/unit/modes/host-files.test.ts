import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostDesired } from '../../../src/modes/desired.ts';
import { renderHostFiles, renderRoute } from '../../../src/modes/host-files.ts';
import { staticRoutes } from '../../../src/modes/static.ts';
import { assertGolden } from '../../support/golden.ts';

const test = suite('host files');
const desired: HostDesired = {
  host: 'h1',
  mesh: 'mesh',
  mode: 'static',
  pool: '10.208.0.0/16',
  block: '10.208.0.0/22',
  docker0: '10.208.0.1/24',
  networks: [
    { base: '10.208.1.0/24', size: 27 },
    { base: '10.208.2.0/23', size: 27 },
  ],
  underlay: '192.0.2.1',
  routes: staticRoutes('10.208.0.0/22', [
    { peer: 'h2', block: '10.208.4.0/22', link: { kind: 'direct', address: '192.0.2.2' } },
    { peer: 'h3', block: '10.208.8.0/22', link: { kind: 'via', router: '192.0.2.254' } },
    {
      peer: 'h4',
      block: '10.208.12.0/22',
      link: { kind: 'via', router: '172.31.1.1', onlink: { interface: 'eth0' } },
    },
  ]),
};

for (const [name, content] of Object.entries(renderHostFiles(desired, {}))) {
  test(`${name} is as it was`, () => assertGolden(`modes/${name}`, content));
}

test('programs go along unchanged', () => {
  const programs = { 'route-mesh-host.sh': '#!/bin/sh\n' };
  assert.is(renderHostFiles(desired, programs)['route-mesh-host.sh'], '#!/bin/sh\n');
});

test('every file ends with a line end, for it travels in a here-document', () => {
  for (const [name, content] of Object.entries(renderHostFiles(desired, {}))) {
    assert.ok(content.endsWith('\n'), name);
  }
});

test('the last route refuses what nobody in the own block has', () => {
  const last = desired.routes.at(-1);
  assert.is(last === undefined ? '' : renderRoute(last), 'unreachable 10.208.0.0/22');
});

test.run();
