/** Whole meshes of made-up hosts for the planner, and what their facts would be after a plan was applied. */
import { createHash } from 'node:crypto';
import type { Facts } from '../../src/facts/model.ts';
import type { Inventory, InventoryHost } from '../../src/inventory/model.ts';
import type { DesiredRoute } from '../../src/modes/desired.ts';
import { renderRoute } from '../../src/modes/host-files.ts';
import { ROUTE_METRIC, ROUTE_PROTOCOL } from '../../src/net/route-mark.ts';
import type { HostPlan, Plan } from '../../src/plan/model.ts';
import { planMesh } from '../../src/plan/plan.ts';
import type { PlanInput } from '../../src/plan/survey.ts';
import {
  buildAddress,
  buildDocker,
  buildFacts,
  buildFootprint,
  buildInterfaces,
  buildRoute,
} from './facts-builder.ts';

export const PROGRAMS = { 'route-mesh-host.sh': '#!/bin/sh\n', 'route-mesh.service': '[Unit]\n' };

const TOOLS = ['iproute2', 'awk', 'sha256sum', 'flock', 'setsid', 'iptables', 'nft', 'cmp'];

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

export function buildInventoryHost(name: string, overrides: Partial<InventoryHost> = {}): InventoryHost {
  return {
    name,
    groups: [],
    connection: { alias: name, privilege: { kind: 'none' }, hostKeys: 'strict', connectTimeout: 10 },
    dockerRestart: 'ask',
    place: 'route-mesh.yaml:1',
    ...overrides,
  };
}

export function buildInventory(names: readonly string[], overrides: Partial<Inventory> = {}): Inventory {
  return {
    mesh: 'mesh',
    source: 'route-mesh.yaml',
    allocationFile: undefined,
    mode: 'static',
    pool: undefined,
    blockLength: 22,
    docker0Length: 24,
    networkLength: 27,
    avoid: [],
    parallel: 10,
    hosts: names.map((name) => buildInventoryHost(name)),
    ...overrides,
  };
}

/** A host with Docker as it comes, on the segment 192.0.2.0/24; `number` is the last part of its address. */
export function buildFreshHost(number: number, overrides: Partial<Facts> = {}): Facts {
  const address = `192.0.2.${number}`;
  const interfaces = buildInterfaces({ eth0: `${address}/24`, docker0: '172.17.0.1/16' });
  return buildFacts({
    hostname: `h${number}`,
    sshServerAddress: address,
    ...interfaces,
    routes: [...interfaces.routes, buildRoute('default via 192.0.2.254 dev eth0 proto dhcp metric 100')],
    docker: buildDocker(),
    tools: Object.fromEntries(TOOLS.map((tool) => [tool, true])),
    ...overrides,
  });
}

/** Names h1 to hN, and facts of fresh hosts for them. */
export function buildFreshMesh(count: number): ReadonlyMap<string, Facts> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return new Map(numbers.map((number) => [`h${number}`, buildFreshHost(number)]));
}

/** Plans an inventory of just the hosts with facts, all that is not overridden. */
export function planOf(facts: ReadonlyMap<string, Facts>, overrides: Partial<PlanInput> = {}): Plan {
  const inventory = buildInventory([...facts.keys()]);
  const input = { inventory, facts, failures: new Map(), kept: undefined, programs: PROGRAMS, sha256 };
  return planMesh({ ...input, ...overrides });
}

/** The plan of one host that has to be ready. */
export function readyPlan(plan: Plan, host: string): Extract<HostPlan, { kind: 'ready' }> {
  const found = plan.hosts.find((one) => one.host === host);
  if (found?.kind !== 'ready') throw new Error(`${host} is ${found?.kind ?? 'not in the plan'}`);
  return found;
}

function kernelRoute(route: DesiredRoute): ReturnType<typeof buildRoute> {
  const device = route.type === 'unicast' && route.onlink === undefined ? ' dev eth0' : '';
  return buildRoute(`${renderRoute(route)}${device} proto ${ROUTE_PROTOCOL} metric ${ROUTE_METRIC}`);
}

/** A host's facts after its plan was carried out: what the host programs and dockerd make of it. */
function applied(plan: HostPlan, before: Facts): Facts {
  if (plan.kind !== 'ready') return before;
  const { desired, files, daemonJson } = plan;
  const addresses = before.addresses.filter((address) => address.interface !== 'docker0');
  const others = before.routes.filter(
    (route) => route.protocol !== ROUTE_PROTOCOL && route.interface !== 'docker0',
  );
  const docker0 = buildInterfaces({ docker0: desired.docker0 });
  const peers = desired.routes.filter(({ peer }) => peer !== 'self');
  return {
    ...before,
    addresses: [...addresses, buildAddress('docker0', desired.docker0)],
    routes: [...others, ...docker0.routes, ...desired.routes.map(kernelRoute)],
    ...(before.docker === undefined
      ? {}
      : { docker: { ...before.docker, daemonJson: daemonJson?.content ?? before.docker.daemonJson } }),
    footprint: buildFootprint({
      mesh: desired.mesh,
      host: desired.host,
      pool: desired.pool,
      block: desired.block,
      underlay: desired.underlay,
      revision: plan.baseRevision + (plan.changes.length > 0 ? 1 : 0),
      files: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)])),
      peers: Object.fromEntries(peers.map(({ peer, destination }) => [peer, destination])),
    }),
  };
}

/** The facts of all hosts after the plan was applied. */
export function appliedToAll(plan: Plan, facts: ReadonlyMap<string, Facts>): ReadonlyMap<string, Facts> {
  const plans = new Map(plan.hosts.map((host) => [host.host, host]));
  return new Map(
    [...facts].map(([host, its]) => {
      const planned = plans.get(host);
      return [host, planned === undefined ? its : applied(planned, its)];
    }),
  );
}

/** A mesh of h1 to hN that has been synced and has nothing to do. */
export function buildSyncedMesh(count: number): ReadonlyMap<string, Facts> {
  const facts = buildFreshMesh(count);
  return appliedToAll(planOf(facts), facts);
}
