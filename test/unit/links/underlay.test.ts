import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/facts/model.ts';
import type { UnderlayHost } from '../../../src/links/no-underlay.ts';
import { detectUnderlays } from '../../../src/links/underlay.ts';
import {
  buildAddress,
  buildDocker,
  buildFacts,
  buildInterfaces,
  buildLink,
  buildNetwork,
  buildRoute,
} from '../../support/facts-builder.ts';

const underlay = suite('links: underlay');
const pool = '10.208.0.0/16';

type Addresses = Readonly<Record<string, string | readonly string[]>>;
type Seen = Partial<Facts> & { readonly addressesOf: Addresses; readonly pin?: string };

/** Host by host `address interface how`, or `code: message -> cure`. */
function detect(hosts: Readonly<Record<string, Seen>>): readonly string[] {
  const inventory = Object.entries(hosts).map(([name, { pin }]): UnderlayHost => {
    return pin === undefined ? { name } : { name, underlay: pin };
  });
  const facts = Object.entries(hosts).map(([name, { addressesOf, ...overrides }]) => {
    return [name, buildFacts({ ...buildInterfaces(addressesOf), ...overrides })] as const;
  });
  const { underlays, problems } = detectUnderlays(inventory, new Map(facts), pool);
  return inventory.map(({ name }) => {
    const found = underlays.get(name);
    if (found) return `${found.address} ${found.interface} ${found.how}`;
    return problems
      .filter((problem) => problem.host === name)
      .map((problem) => `${problem.code}: ${problem.message} -> ${problem.cure}`)
      .join('\n');
  });
}

const twoNets = { addressesOf: { eth0: '192.0.2.5/24', eth1: '10.1.0.5/24' } };

underlay('the one prefix that all hosts share, before the address that SSH came to', () => {
  assert.equal(
    detect({
      h1: { addressesOf: { eth0: '192.0.2.1/32', eth1: '10.1.0.1/24' }, sshServerAddress: '192.0.2.1' },
      h2: { addressesOf: { eth0: '198.51.100.2/24', eth1: '10.1.0.2/24' }, sshServerAddress: '198.51.100.2' },
    }),
    ['10.1.0.1 eth1 shared', '10.1.0.2 eth1 shared'],
  );
});

underlay('of several shared ones the only private one', () => {
  const other = { addressesOf: { eth0: '192.0.2.6/24', eth1: '10.1.0.6/24' } };
  assert.equal(detect({ h1: twoNets, h2: other }), ['10.1.0.5 eth1 shared', '10.1.0.6 eth1 shared']);
});

underlay('of several private ones that SSH came to, host by host', () => {
  assert.equal(
    detect({
      h1: { addressesOf: { eth0: '10.2.0.1/24', eth1: '10.1.0.1/24' }, sshServerAddress: '10.2.0.1' },
      h2: { addressesOf: { eth0: '10.2.0.2/24', eth1: '10.1.0.2/24' }, sshServerAddress: '10.1.0.2' },
    }),
    ['10.2.0.1 eth0 ssh', '10.1.0.2 eth1 ssh'],
  );
});

underlay('an address behind NAT that each host has is nobody’s: Vagrant', () => {
  assert.equal(
    detect({
      h1: { addressesOf: { eth0: '10.0.2.15/24', eth1: '192.168.56.11/24' }, sshServerAddress: '10.0.2.15' },
      h2: { addressesOf: { eth0: '10.0.2.15/24', eth1: '192.168.56.12/24' }, sshServerAddress: '10.0.2.15' },
    }),
    ['192.168.56.11 eth1 shared', '192.168.56.12 eth1 shared'],
  );
});

underlay('two hosts with one address are refused, each with the other’s name', () => {
  const same = { addressesOf: { eth0: '10.0.2.15/24' } };
  const [first, second] = detect({ h1: same, h2: same });
  assert.match(first ?? '', /^no-underlay: h1 has the same address 10\.0\.2\.15 as h2 -> Pin `underlay:`/);
  assert.match(second ?? '', /^no-underlay: h2 has the same address 10\.0\.2\.15 as h1/);
});

underlay('the default route: its source, else the address beside its router', () => {
  const routed = (text: string): readonly string[] =>
    detect({
      h1: {
        addressesOf: { eth0: ['10.2.0.9/24', '10.1.0.9/24'], eth1: '10.3.0.9/24' },
        routes: [buildRoute(text)],
      },
    });
  assert.equal(routed('default via 10.1.0.1 dev eth0'), ['10.1.0.9 eth0 default-route']);
  assert.equal(routed('default via 10.1.0.1 dev eth0 src 10.2.0.9'), ['10.2.0.9 eth0 default-route']);
  assert.equal(routed('default via 172.31.1.1 dev eth1 onlink'), ['10.3.0.9 eth1 default-route']);
});

underlay('of two default routes the one with the lower metric', () => {
  const routes = ['default via 192.0.2.1 dev eth0 metric 200', 'default via 10.1.0.1 dev eth1 metric 100'];
  assert.equal(detect({ h1: { ...twoNets, routes: routes.map((text) => buildRoute(text)) } }), [
    '10.1.0.5 eth1 default-route',
  ]);
});

underlay('what nothing decides is refused with the addresses', () => {
  assert.equal(detect({ h1: { ...twoNets, routes: [] } }), [
    'no-underlay: h1 has several addresses, and nothing says which one the others reach: ' +
      '192.0.2.5/24 on eth0, 10.1.0.5/24 on eth1 -> ' +
      'Pin `underlay:` for the host: one of its addresses, a prefix, or an interface name',
  ]);
});

underlay('a single address needs nobody to speak for it', () => {
  const hosts = {
    h1: { addressesOf: { eth0: '10.1.0.5/24' } },
    h2: { addressesOf: { eth0: '10.2.0.5/24' } },
  };
  assert.equal(detect(hosts), ['10.1.0.5 eth0 only', '10.2.0.5 eth0 only']);
});

const inner = [
  'docker0',
  'br-0123456789ab',
  'docker_gwbridge',
  'veth12ab',
  'podman0',
  'cni0',
  'virbr0',
  'tun0',
  'wg0',
  'tailscale0',
];

for (const name of inner) {
  underlay(`${name} is not taken unasked`, () => {
    assert.equal(detect({ h1: { addressesOf: { [name]: '10.9.0.1/24', eth0: '10.1.0.5/24' } } }), [
      '10.1.0.5 eth0 only',
    ]);
    assert.equal(detect({ h1: { addressesOf: { [name]: '10.9.0.1/24', eth0: '10.1.0.5/24' }, pin: name } }), [
      `10.9.0.1 ${name} pinned`,
    ]);
  });
}

underlay(
  'nor a tunnel, a Docker network of any name, a link that is down, or an address of smaller scope',
  () => {
    const addressesOf = {
      mesh: '10.9.0.1/24',
      lan: '10.8.0.1/24',
      eth1: '10.7.0.1/24',
      eth2: '10.6.0.1/24',
      eth0: '10.1.0.5/24',
    };
    const base = buildInterfaces(addressesOf);
    const links = base.links.map((link) => {
      if (link.name === 'mesh') return buildLink('mesh', { kind: 'wireguard' });
      return link.name === 'eth1' ? buildLink('eth1', { up: false }) : link;
    });
    const addresses = base.addresses.map((address) =>
      address.interface === 'eth2' ? { ...address, scope: 'link' } : address,
    );
    const docker = buildDocker({ networks: [buildNetwork('app', '10.8.0.0/24', 'lan')] });
    assert.equal(detect({ h1: { addressesOf, links, addresses, docker } }), ['10.1.0.5 eth0 only']);
  },
);

underlay('an uplink may be a bridge, or a veth by another name', () => {
  const links = [buildLink('br0', { kind: 'bridge' })];
  assert.equal(detect({ h1: { addressesOf: { br0: '10.1.0.5/24' }, links } }), ['10.1.0.5 br0 only']);
  assert.equal(
    detect({ h1: { addressesOf: { eth0: '10.1.0.5/24' }, links: [buildLink('eth0', { kind: 'veth' })] } }),
    ['10.1.0.5 eth0 only'],
  );
});

underlay('a pin by address, prefix or interface', () => {
  for (const pin of ['192.0.2.5', '192.0.2.0/24', '192.0.2.5/32', 'eth0']) {
    assert.equal(detect({ h1: { ...twoNets, pin } }), ['192.0.2.5 eth0 pinned']);
  }
});

underlay('a pinned host counts for the shared prefix with its pin', () => {
  assert.equal(
    detect({
      h1: { ...twoNets, pin: 'eth0' },
      h2: { addressesOf: { eth0: '192.0.2.6/24', eth1: '10.1.0.6/24' } },
    }),
    ['192.0.2.5 eth0 pinned', '192.0.2.6 eth0 shared'],
  );
});

underlay('a pin that is not there is refused with what is', () => {
  assert.equal(detect({ h1: { ...twoNets, pin: 'eth7' } }), [
    'no-underlay: The pinned underlay eth7 is not on h1, which has 192.0.2.5/24 on eth0, 10.1.0.5/24 on eth1 -> ' +
      'Correct `underlay:`, or leave it out to have one detected',
  ]);
});

underlay('an address in the pool is none, pinned or not', () => {
  const inPool = { addressesOf: { eth0: '10.208.9.5/24' } };
  const refused =
    /^no-underlay: The pool 10\.208\.0\.0\/16 contains .* h1 .*10\.208\.9\.5\/24 on eth0 -> Set `pool:`/;
  assert.match(detect({ h1: inPool })[0] ?? '', refused);
  assert.match(detect({ h1: { ...inPool, pin: 'eth0' } })[0] ?? '', refused);
  assert.equal(detect({ h1: { addressesOf: { eth0: '10.208.9.5/24', eth1: '10.1.0.5/24' } } }), [
    '10.1.0.5 eth1 only',
  ]);
});

underlay('a host without an address, and one that has only inner ones', () => {
  assert.match(detect({ h1: { addressesOf: {} } })[0] ?? '', /it has no IPv4 address -> Give the host/);
  assert.match(
    detect({ h1: { addressesOf: { wg0: '10.9.0.1/24' } } })[0] ?? '',
    /10\.9\.0\.1\/24 on wg0 -> Pin `underlay:`/,
  );
});

underlay('a refused host does not spoil the choice of the others; one without facts is passed over', () => {
  assert.equal(
    detect({
      h1: { addressesOf: { eth0: '192.0.2.1/24', eth1: '10.1.0.1/24' }, pin: 'eth9' },
      h2: { addressesOf: { eth0: '198.51.100.2/24', eth1: '10.1.0.2/24' } },
      h3: { addressesOf: { eth0: '203.0.113.3/24', eth1: '10.1.0.3/24' } },
    }).slice(1),
    ['10.1.0.2 eth1 shared', '10.1.0.3 eth1 shared'],
  );
  assert.is(detectUnderlays([{ name: 'down' }], new Map(), pool).underlays.size, 0);
});

underlay('IPv6 is passed over', () => {
  const six = {
    ...buildAddress('eth0', '10.1.0.9/24'),
    family: 6,
    address: '2001:db8::1',
    prefix: '2001:db8::/64',
  } as const;
  assert.equal(
    detect({
      h1: { addressesOf: { eth0: '10.1.0.5/24' }, addresses: [six, buildAddress('eth0', '10.1.0.5/24')] },
    }),
    ['10.1.0.5 eth0 only'],
  );
});

underlay('while a host is missing, the others stay on the address in use, and new ones join them', () => {
  const inventory = ['h1', 'h2', 'h3', 'h4'].map((name) => ({ name }));
  const facts = ['h1', 'h2', 'h3'].map((name, at) => {
    const interfaces = buildInterfaces({ eth0: `10.1.0.${at + 1}/24`, eth1: `10.2.0.${at + 1}/24` });
    return [name, buildFacts({ ...interfaces, sshServerAddress: `10.1.0.${at + 1}` })] as const;
  });
  const inUse = new Map([
    ['h1', '10.2.0.1'],
    ['h2', '10.2.0.2'],
  ]);
  const how = (hosts: readonly UnderlayHost[]): readonly string[] =>
    [...detectUnderlays(hosts, new Map(facts), pool, inUse).underlays.values()].map(
      ({ address, how: spoke }) => `${address} ${spoke}`,
    );
  assert.equal(how(inventory), ['10.2.0.1 remembered', '10.2.0.2 remembered', '10.2.0.3 shared']);
  assert.equal(how(inventory.slice(0, 3)), ['10.1.0.1 ssh', '10.1.0.2 ssh', '10.1.0.3 ssh']);
});

underlay('an address in use that is gone from the host is forgotten', () => {
  const facts = new Map([['h1', buildFacts(buildInterfaces({ eth0: '10.1.0.1/24' }))]]);
  const hosts = [{ name: 'h1' }, { name: 'down' }];
  const { underlays } = detectUnderlays(hosts, facts, pool, new Map([['h1', '10.9.0.1']]));
  assert.is(underlays.get('h1')?.address, '10.1.0.1');
});

underlay.run();
