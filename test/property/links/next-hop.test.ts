import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { linkEnd } from '../../../src/links/link-end.ts';
import { linkAll, linkBetween } from '../../../src/links/next-hop.ts';
import { detectUnderlays } from '../../../src/links/underlay.ts';
import { checkedPrefix, contains } from '../../../src/net/prefix.ts';
import { buildFacts, buildInterfaces } from '../../support/facts-builder.ts';

const properties = suite('links: properties');
const runs = { numRuns: 100 };
const pool = '10.208.0.0/16';

/** A site is a /24; hosts have addresses in one or two sites, all different. */
const meshes = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 250 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([site, host]) => site * 256 + host,
  })
  .chain((places) => fc.tuple(fc.constant(places), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 })))
  .map(([places, shared]) =>
    places.map(([site, host], at) => {
      const eth0 = `10.${site}.0.${host}/24`;
      return {
        name: `h${at}`,
        addresses: shared[at] ? { eth0, eth1: `10.50.${site}.${host}/16` } : { eth0 },
      };
    }),
  );

type MadeHost = { readonly name: string; readonly addresses: Readonly<Record<string, string>> };

function survey(hosts: readonly MadeHost[], sshTo: 'eth0' | 'eth1' = 'eth0') {
  const facts = new Map(
    hosts.map(({ name, addresses }) => {
      const sshServerAddress = (addresses[sshTo] ?? addresses['eth0'] ?? '').split('/')[0] ?? '';
      return [name, buildFacts({ ...buildInterfaces(addresses), sshServerAddress })];
    }),
  );
  return { facts, found: detectUnderlays(hosts, facts, pool) };
}

properties('an underlay is an address of its host, outside the pool, and nobody else’s', () => {
  fc.assert(
    fc.property(meshes, (hosts) => {
      const { facts, found } = survey(hosts);
      assert.is(found.underlays.size + found.problems.length, hosts.length);
      const chosen = [...found.underlays.values()].map(({ address }) => address);
      assert.is(new Set(chosen).size, chosen.length);
      for (const [name, { address, prefix }] of found.underlays) {
        const own = facts.get(name)?.addresses.find((fact) => fact.address === address);
        assert.is(own?.prefix, prefix);
        assert.not.ok(contains(checkedPrefix(pool), checkedPrefix(`${address}/32`)));
      }
    }),
    runs,
  );
});

properties('a prefix that all share is taken by all, wherever SSH arrived', () => {
  fc.assert(
    fc.property(meshes, fc.constantFrom('eth0', 'eth1'), (hosts, sshTo) => {
      fc.pre(hosts.every(({ addresses }) => 'eth1' in addresses));
      fc.pre(new Set(hosts.map(({ addresses }) => addresses.eth0.split('.')[1])).size > 1);
      const { found } = survey(hosts, sshTo);
      for (const underlay of found.underlays.values()) assert.is(underlay.how, 'shared');
      const ends = hosts.flatMap((host) => {
        const underlay = found.underlays.get(host.name);
        return underlay ? [linkEnd(host, underlay, buildFacts())] : [];
      });
      assert.equal(linkAll(ends).problems, []);
    }),
    runs,
  );
});

properties('the order of hosts changes nothing', () => {
  const reordered = meshes.chain((hosts) =>
    fc.tuple(
      fc.constant(hosts),
      fc.shuffledSubarray(hosts, { minLength: hosts.length, maxLength: hosts.length }),
    ),
  );
  fc.assert(
    fc.property(reordered, ([hosts, shuffled]) => {
      const byName = (entries: ReadonlyMap<string, unknown>) =>
        new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
      assert.equal(byName(survey(hosts).found.underlays), byName(survey(shuffled).found.underlays));
    }),
    runs,
  );
});

properties('direct links go both ways and lead to the other’s underlay; all pairs are linked or told', () => {
  fc.assert(
    fc.property(meshes, (hosts) => {
      const { facts, found } = survey(hosts);
      const ends = hosts.flatMap((host) => {
        const underlay = found.underlays.get(host.name);
        const its = facts.get(host.name);
        return underlay && its ? [linkEnd(host, underlay, its)] : [];
      });
      const mesh = linkAll(ends);
      const lacking = new Set(mesh.problems.map((problem) => problem.host));
      for (const from of ends) {
        assert.is(lacking.has(from.name), (mesh.links.get(from.name)?.size ?? 0) < ends.length - 1);
        for (const to of ends.filter((other) => other !== from)) {
          const link = linkBetween(from, to);
          if (link instanceof MeshError) {
            assert.not.equal(from.segment, to.segment);
            continue;
          }
          assert.equal(link, { kind: 'direct', address: to.underlay.address });
          assert.equal(linkBetween(to, from), { kind: 'direct', address: from.underlay.address });
          assert.equal(mesh.links.get(from.name)?.get(to.name), link);
        }
      }
    }),
    runs,
  );
});

properties.run();
