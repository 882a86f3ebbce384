import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/facts/model.ts';
import { occupiedBy } from '../../../src/ipam/occupied.ts';
import {
  buildAddress,
  buildDocker,
  buildFacts,
  buildFootprint,
  buildInterfaces,
  buildNetwork,
  buildRoute,
} from '../../support/facts-builder.ts';

const occupied = suite('ipam: occupied');

function told(facts: Partial<Facts>): readonly string[] {
  return occupiedBy(new Map([['h1', buildFacts(facts)]])).map(
    ({ prefix, kind, what }) => `${kind} ${prefix}: ${what}`,
  );
}

occupied('an address and its connected route are told once, loopback not at all', () => {
  assert.equal(told(buildInterfaces({ eth0: '10.0.0.5/24' })), [
    'attached 10.0.0.0/24: address 10.0.0.5/24 on eth0',
  ]);
  assert.equal(told({}), []);
});

occupied('the address that the operator logs in from: a block over it would cut the line', () => {
  assert.equal(told({ sshClientAddress: '10.9.0.7' }), [
    'attached 10.9.0.7/32: the address 10.9.0.7 that you log in from',
  ]);
  assert.equal(told({ sshClientAddress: '2001:db8::7' }), []);
});

occupied('routes of every table; by way of a router or refused they are routed', () => {
  const routes = [
    'default via 10.0.0.1 dev eth0',
    '10.5.0.0/16 via 10.0.0.1 dev eth0',
    '10.6.0.0/16 dev wg0 scope link table 51820',
    'blackhole 10.7.0.0/16',
    '10.8.0.0/16 proto bgp',
  ].map((text) => buildRoute(text));
  assert.equal(told({ routes }), [
    'routed 10.5.0.0/16: route 10.5.0.0/16 via 10.0.0.1 dev eth0',
    'attached 10.6.0.0/16: route 10.6.0.0/16 dev wg0 scope link table 51820',
    'routed 10.7.0.0/16: route blackhole 10.7.0.0/16',
    'routed 10.8.0.0/16: route 10.8.0.0/16 proto bgp',
  ]);
});

occupied('what names no network is left out: both halves of a default route, link-local, multicast', () => {
  const routes = [
    '0.0.0.0/1 via 10.9.0.1 dev tun0',
    '128.0.0.0/1 dev tun0',
    '169.254.0.0/16 dev eth0',
    '224.0.0.0/4 dev eth0',
  ];
  assert.equal(told({ routes: routes.map((text) => buildRoute(text)) }), []);
});

occupied('our own routes are left out by their protocol', () => {
  assert.equal(
    told({ routes: [buildRoute('10.208.4.0/22 via 10.0.0.6 dev eth0 proto 213 metric 4213')] }),
    [],
  );
});

occupied('docker0 is left out with its address, with Docker running or not', () => {
  const facts = buildInterfaces({ docker0: '172.17.0.1/16' });
  assert.equal(told(facts), []);
  assert.equal(told({ ...facts, docker: buildDocker() }), []);
});

occupied('a bridge of the operator that Docker uses as its default one is told', () => {
  const facts = buildInterfaces({ br0: '10.0.0.5/24' });
  const docker = buildDocker({ networks: [buildNetwork('bridge', '10.0.0.0/24', 'br0')] });
  assert.equal(told({ ...facts, docker }), ['docker 10.0.0.0/24: docker network bridge']);
});

occupied('a Docker network is told by its name, once', () => {
  const facts = buildInterfaces({ 'br-app': '172.18.0.1/16' });
  const docker = buildDocker({ networks: [buildNetwork('app', '172.18.0.0/16')] });
  assert.equal(told({ ...facts, docker }), ['docker 172.18.0.0/16: docker network app']);
});

occupied('networks inside the block that the host holds are its own affair', () => {
  const facts = buildInterfaces({
    'br-app': '10.208.1.1/24',
    docker0: '10.208.0.1/24',
    'br-old': '172.18.0.1/16',
  });
  const networks = [buildNetwork('app', '10.208.1.0/24'), buildNetwork('old', '172.18.0.0/16')];
  assert.equal(told({ ...facts, docker: buildDocker({ networks }), footprint: buildFootprint() }), [
    'docker 172.18.0.0/16: docker network old',
  ]);
});

occupied('both ends of a point-to-point link', () => {
  const address = { ...buildAddress('tun0', '10.8.0.5/32'), address: '10.8.0.6', peer: '10.8.0.5' };
  assert.equal(told({ addresses: [address] }), [
    'attached 10.8.0.5/32: address 10.8.0.6/32 on tun0',
    'attached 10.8.0.6/32: address 10.8.0.6/32 on tun0',
  ]);
});

occupied('what the inventory avoids has no host', () => {
  assert.equal(occupiedBy(new Map(), ['10.64.0.0/10']), [
    { prefix: '10.64.0.0/10', kind: 'avoided', what: 'avoid 10.64.0.0/10' },
  ]);
});

occupied.run();
