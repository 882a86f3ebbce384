import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostWarnings } from '../../../src/plan/warnings.ts';
import { buildDocker, buildFacts, buildNetwork } from '../../support/facts-builder.ts';

const test = suite('warnings');
const BLOCK = '10.208.0.0/22';

test('none for a host as it should be', () => {
  const networks = [
    buildNetwork('bridge', '172.17.0.0/16', 'docker0'),
    buildNetwork('app', '10.208.1.0/27'),
    { ...buildNetwork('swarm', '10.0.0.0/24'), driver: 'overlay' },
  ];
  assert.equal(hostWarnings(buildFacts({ docker: buildDocker({ networks }) }), BLOCK), []);
});

test('a network outside the block is named with its subnet', () => {
  const docker = buildDocker({ networks: [buildNetwork('app', '172.18.0.0/16')] });
  const [warning = '', ...rest] = hostWarnings(buildFacts({ docker }), BLOCK);
  assert.equal(rest, []);
  assert.match(warning, 'docker network app (172.18.0.0/16) lies outside the block');
});

test('networkd and a missing nft', () => {
  const firewall = { iptables: 'legacy', nft: false, firewalld: false, ufw: false } as const;
  assert.is(hostWarnings(buildFacts({ networkdRemovesForeignRoutes: true, firewall }), BLOCK).length, 2);
});

test.run();
