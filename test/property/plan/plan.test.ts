import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts, RouteFact } from '../../../src/facts/model.ts';
import type { Change, HostPlan, Plan } from '../../../src/plan/model.ts';
import { buildRoute } from '../../support/facts-builder.ts';
import {
  appliedToAll,
  buildFreshHost,
  buildFreshMesh,
  buildInventory,
  planOf,
} from '../../support/mesh-builder.ts';

const test = suite('planning');
const size = fc.integer({ min: 1, max: 12 });

/** Routes of an operator: any protocol but ours, or ours in another table. */
const foreignRoute: fc.Arbitrary<RouteFact> = fc
  .record({
    third: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 22, max: 32 }),
    protocol: fc.constantFrom('static', 'bgp', 'boot', '99', '213 table 77'),
    metric: fc.integer({ min: 0, max: 5000 }),
  })
  .map(({ third, length, protocol, metric }) =>
    buildRoute(`10.111.${third}.0/${length} via 192.0.2.254 dev eth0 metric ${metric} proto ${protocol}`),
  );

function changesOf(plan: Plan, host: string): readonly Change[] {
  const found: HostPlan | undefined = plan.hosts.find((one) => one.host === host);
  return found?.kind === 'ready' ? found.changes : [];
}

function withRoutes(
  facts: ReadonlyMap<string, Facts>,
  routes: readonly RouteFact[],
): ReadonlyMap<string, Facts> {
  return new Map([...facts].map(([host, its]) => [host, { ...its, routes: [...its.routes, ...routes] }]));
}

test('the same input gives the same bytes', () => {
  fc.assert(
    fc.property(size, fc.array(foreignRoute, { maxLength: 5 }), (count, routes) => {
      const facts = withRoutes(buildFreshMesh(count), routes);
      assert.is(JSON.stringify(planOf(facts)), JSON.stringify(planOf(facts)));
    }),
    { numRuns: 40 },
  );
});

test('what was applied needs no second time', () => {
  fc.assert(
    fc.property(size, fc.array(foreignRoute, { maxLength: 5 }), (count, routes) => {
      const facts = withRoutes(buildFreshMesh(count), routes);
      const after = appliedToAll(planOf(facts), facts);
      const second = planOf(after);
      for (const host of facts.keys()) assert.equal(changesOf(second, host), []);
    }),
    { numRuns: 40 },
  );
});

test('the order of hosts in the inventory changes no host that is in the mesh', () => {
  const shuffled = size.chain((count) =>
    fc.record({
      count: fc.constant(count),
      order: fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => `h${index + 1}`),
        { minLength: count },
      ),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ count, order }) => {
      const facts = buildFreshMesh(count);
      const after = appliedToAll(planOf(facts), facts);
      const plan = planOf(after, { inventory: buildInventory(order) });
      for (const host of order) assert.equal(changesOf(plan, host), [], `${host} in ${order.join()}`);
    }),
    { numRuns: 40 },
  );
});

test('a new host touches each other one by one route and the file of routes', () => {
  fc.assert(
    fc.property(size, (count) => {
      const facts = buildFreshMesh(count);
      const after = appliedToAll(planOf(facts), facts);
      const plan = planOf(new Map([...after, ['newcomer', buildFreshHost(count + 1)]]));
      for (const host of facts.keys()) {
        const changes = changesOf(plan, host);
        assert.equal(
          changes.map((change) => (change.kind === 'file' ? change.name : change.kind)),
          ['route', 'routes'],
        );
        const [route] = changes;
        assert.is(route?.kind === 'route' && route.action, 'add');
        assert.is(route?.kind === 'route' && route.peer, 'newcomer');
      }
    }),
    { numRuns: 20 },
  );
});

test('routes of others never become changes', () => {
  fc.assert(
    fc.property(size, fc.array(foreignRoute, { maxLength: 8 }), (count, routes) => {
      const plan = planOf(withRoutes(buildFreshMesh(count), routes));
      const destinations = new Set(routes.map(({ destination }) => destination));
      for (const { host } of plan.hosts) {
        for (const change of changesOf(plan, host)) {
          if (change.kind === 'route')
            assert.not([...destinations].some((one) => change.route.includes(one)));
        }
      }
    }),
    { numRuns: 40 },
  );
});

test.run();
