import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { staticRoutes } from '../../../src/modes/static.ts';

const test = suite('static mode');
const self = { peer: 'self', type: 'unreachable', destination: '10.208.0.0/22' };

test('a host alone refuses what nobody in its block has', () => {
  assert.equal(staticRoutes('10.208.0.0/22', []), [self]);
});

test('a peer on the same segment is its own next hop', () => {
  const link = { kind: 'direct', address: '192.0.2.2' } as const;
  const [route] = staticRoutes('10.208.0.0/22', [{ peer: 'h2', block: '10.208.4.0/22', link }]);
  assert.equal(route, { peer: 'h2', type: 'unicast', destination: '10.208.4.0/22', via: '192.0.2.2' });
});

test('a peer behind a router is reached through it, onlink where no prefix leads there', () => {
  const onlink = { interface: 'eth0' };
  const routes = staticRoutes('10.208.0.0/22', [
    { peer: 'h2', block: '10.208.4.0/22', link: { kind: 'via', router: '192.0.2.254' } },
    { peer: 'h3', block: '10.208.8.0/22', link: { kind: 'via', router: '172.31.1.1', onlink } },
  ]);
  assert.equal(routes, [
    { peer: 'h2', type: 'unicast', destination: '10.208.4.0/22', via: '192.0.2.254' },
    { peer: 'h3', type: 'unicast', destination: '10.208.8.0/22', via: '172.31.1.1', onlink },
    self,
  ]);
});

test.run();
