import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { type LinkEnd, linkEnd } from '../../../src/links/link-end.ts';
import { linkAll, linkBetween } from '../../../src/links/next-hop.ts';
import { checkedPrefix, formatPrefix } from '../../../src/net/prefix.ts';
import { buildFacts, buildInterfaces, buildRoute } from '../../support/facts-builder.ts';

const links = suite('links: next hop');

type Options = { readonly via?: string; readonly routes?: readonly string[]; readonly more?: string };

/** @param address with length, on eth0 */
function end(name: string, address: string, { via, routes, more }: Options = {}): LinkEnd {
  const interfaces = buildInterfaces(more === undefined ? { eth0: address } : { eth0: address, eth1: more });
  const facts = buildFacts({ ...interfaces, routes: (routes ?? []).map((text) => buildRoute(text)) });
  const underlay = {
    address: address.split('/')[0] ?? '',
    interface: 'eth0',
    prefix: formatPrefix(checkedPrefix(address)),
    how: 'only',
  } as const;
  return linkEnd(via === undefined ? { name } : { name, via, place: 'mesh.yaml:4' }, underlay, facts);
}

function refusal(from: LinkEnd, to: LinkEnd): string {
  const link = linkBetween(from, to);
  return link instanceof MeshError ? `${link.code} ${link.host}: ${link.message} -> ${link.cure}` : link.kind;
}

links('hosts on one segment reach each other directly, with or without a router', () => {
  const h1 = end('h1', '10.1.0.1/24');
  const h2 = end('h2', '10.1.0.2/24', { via: '10.1.0.254' });
  assert.equal(linkBetween(h1, h2), { kind: 'direct', address: '10.1.0.2' });
  assert.equal(linkBetween(h2, h1), { kind: 'direct', address: '10.1.0.1' });
});

links('hosts on two segments go by way of their routers', () => {
  const h1 = end('h1', '10.1.0.1/24', { via: '10.1.0.254' });
  const h2 = end('h2', '10.2.0.1/24', { via: '10.2.0.254' });
  assert.equal(linkBetween(h1, h2), { kind: 'via', router: '10.1.0.254' });
  assert.equal(linkBetween(h2, h1), { kind: 'via', router: '10.2.0.254' });
});

links('without a router: both names, both segments, the cure', () => {
  assert.is(
    refusal(end('h1', '10.1.0.1/24'), end('h2', '10.2.0.1/24')),
    'no-link h1: h1 (10.1.0.1 in 10.1.0.0/24) is on another segment than h2 (10.2.0.1 in 10.2.0.0/24) -> ' +
      "Pin `underlay:` where the hosts share a segment, or set `via:` to a router on this host's segment that knows " +
      'the blocks of the others',
  );
});

links('where only one side sees the other on its link there is no direct link', () => {
  const wide = end('h1', '10.1.0.1/16');
  const narrow = end('h2', '10.1.9.1/24');
  assert.match(refusal(wide, narrow), /^no-link h1: .*10\.1\.0\.0\/16.* than .*10\.1\.9\.0\/24/);
  assert.match(refusal(narrow, wide), /^no-link h2/);
  assert.equal(linkBetween(wide, end('h3', '10.1.0.3/24')), { kind: 'direct', address: '10.1.0.3' });
});

links('a router may be on any segment of the host, not only that of the underlay', () => {
  const h1 = end('h1', '10.1.0.1/24', { via: '10.7.0.254', more: '10.7.0.1/24' });
  assert.equal(linkBetween(h1, end('h2', '10.2.0.1/24')), { kind: 'via', router: '10.7.0.254' });
});

links('a router off all segments is refused, as is an address of the host itself', () => {
  const other = end('h2', '10.2.0.1/24');
  assert.match(
    refusal(end('h1', '10.1.0.1/24', { via: '10.9.0.1' }), other),
    /^no-link h1: The router 10\.9\.0\.1 of h1 \(10\.1\.0\.1 in 10\.1\.0\.0\/24\) is on none .* to h2 .* -> Set `via:`/,
  );
  assert.match(refusal(end('h1', '10.1.0.1/24', { via: '10.1.0.1' }), other), /The router 10\.1\.0\.1 of h1/);
});

const cloud = {
  'an onlink default route': ['default via 172.31.1.1 dev eth0 onlink'],
  'a link route to the router': ['172.31.1.1 dev eth0 scope link', 'default via 172.31.1.1 dev eth0'],
};

links(
  '/32 addresses with an onlink default route: by way of the router, which the kernel is told to be on the link',
  () => {
    const routes = cloud['an onlink default route'];
    const h1 = end('h1', '192.0.2.1/32', { via: '172.31.1.1', routes });
    assert.equal(linkBetween(h1, end('h2', '192.0.2.2/32')), {
      kind: 'via',
      router: '172.31.1.1',
      onlink: { interface: 'eth0' },
    });
  },
);

links('/32 addresses with a link route to the router: onlink is not needed', () => {
  const routes = cloud['a link route to the router'];
  const h1 = end('h1', '192.0.2.1/32', { via: '172.31.1.1', routes });
  assert.equal(linkBetween(h1, end('h2', '192.0.2.2/32')), { kind: 'via', router: '172.31.1.1' });
});

links('/32 addresses are no segment', () => {
  assert.match(refusal(end('h1', '192.0.2.1/32'), end('h2', '192.0.2.2/32')), /^no-link h1/);
});

links('a tunnel that takes all traffic makes nobody a neighbour', () => {
  const h1 = end('h1', '10.1.0.1/24', { via: '172.31.1.1', routes: ['default dev ppp0 scope link'] });
  assert.match(refusal(h1, end('h2', '10.2.0.1/24')), /^no-link/);
});

links('all links of a mesh; a problem for each host that lacks some, not for each pair', () => {
  const site1 = ['h1', 'h2', 'h3'].map((name, at) => end(name, `10.1.0.${at + 1}/24`));
  const site2 = ['h4', 'h5'].map((name, at) => end(name, `10.2.0.${at + 1}/24`, { via: '10.2.0.254' }));
  const mesh = linkAll([...site1, ...site2]);
  assert.equal(
    mesh.problems.map((problem) => problem.host),
    ['h1', 'h2', 'h3'],
  );
  assert.match(mesh.problems[0]?.message ?? '', /^h1 .* than h4 .*, h5 /);
  assert.equal([...(mesh.links.get('h1')?.keys() ?? [])], ['h2', 'h3']);
  assert.equal(
    [...(mesh.links.get('h4') ?? [])].map(([to, link]) => `${to} ${link.kind}`),
    ['h1 via', 'h2 via', 'h3 via', 'h5 direct'],
  );
});

links.run();
