/**
 * The planner: inventory, facts and allocation in, one ordered plan out. Pure and deterministic: the same input gives
 * the same plan, to the byte.
 */
import { combineErrors } from '../error/combine.ts';
import { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import type { Inventory, InventoryHost } from '../inventory/model.ts';
import { allocate } from '../ipam/allocate.ts';
import { rememberedBy } from '../ipam/memory.ts';
import type { Allocation, HostBlock, KeptAllocation } from '../ipam/model.ts';
import { occupiedBy } from '../ipam/occupied.ts';
import { type LinkEnd, linkEnd } from '../links/link-end.ts';
import { linkAll } from '../links/next-hop.ts';
import { detectUnderlays, type Underlay } from '../links/underlay.ts';
import type { HostDesired } from '../modes/desired.ts';
import { type HostPrograms, renderHostFiles } from '../modes/host-files.ts';
import { type ReachedPeer, staticRoutes } from '../modes/static.ts';
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';
import { daemonJsonForRestart, mergeDaemonJson } from './daemon-json.ts';
import { diffHost, docker0Address, type Sha256, type Target } from './diff.ts';
import { dockerProblems, dockerSettings } from './docker-settings.ts';
import { toolProblems } from './host-tools.ts';
import type { DaemonJsonChange, HostPlan, Plan } from './model.ts';
import { hostWarnings } from './warnings.ts';

export type PlanInput = {
  readonly inventory: Inventory;
  /** Facts of the hosts that were reached. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** Why the others were not. */
  readonly failures: ReadonlyMap<string, MeshError>;
  /** The allocation file's content. */
  readonly kept: KeptAllocation | undefined;
  /** Files that go to each host as they are. */
  readonly programs: HostPrograms;
  readonly sha256: Sha256;
};

/** Everything that is known of the mesh as a whole before its hosts are planned one by one. */
type Mesh = PlanInput & {
  readonly allocation: Allocation;
  readonly underlays: ReadonlyMap<string, Underlay>;
  /** From host -> to host -> link, for the hosts that take part. */
  readonly links: ReturnType<typeof linkAll>['links'];
  /** Host -> why nothing on it may be touched. */
  readonly refusals: ReadonlyMap<string, readonly MeshError[]>;
};

/**
 * Plans a mesh. Throws MeshError when there is no allocation that fits; what concerns one host is in that host's plan.
 */
export function planMesh(input: PlanInput): Plan {
  const mesh = surveyMesh(input);
  const { inventory, allocation } = mesh;
  const blocks = [...allocation.blocks].map(([host, { block }]) => [host, block] as const);
  return {
    mesh: inventory.mesh,
    pool: allocation.pool,
    blocks: Object.fromEntries(blocks),
    hosts: inventory.hosts.map((host) => planHost(mesh, host)),
    warnings: [...allocation.warnings.map(({ message }) => message), ...leftHosts(input)],
  };
}

function surveyMesh(input: PlanInput): Mesh {
  const { inventory, facts } = input;
  const refusals = new Map<string, readonly MeshError[]>();
  for (const { name } of inventory.hosts) {
    const its = facts.get(name);
    if (its === undefined) continue;
    const problems = [
      ...foreignMesh(name, its, inventory),
      ...toolProblems(name, its),
      ...dockerProblems(name, its.docker),
    ];
    if (problems.length > 0) refusals.set(name, problems);
  }
  const allocation = allocateBlocks(input, refusals);
  const detected = detectUnderlays(inventory.hosts, facts, allocation.pool, underlaysInUse(input));
  const linked = linkAll(linkEnds(input, detected.underlays, allocation));
  for (const problem of [...detected.problems, ...linked.problems]) {
    const host = problem.host ?? '';
    refusals.set(host, [...(refusals.get(host) ?? []), problem]);
  }
  return { ...input, allocation, underlays: detected.underlays, links: linked.links, refusals };
}

function foreignMesh(host: string, facts: Facts, inventory: Inventory): readonly MeshError[] {
  const { footprint } = facts;
  if (footprint === undefined || footprint.mesh === inventory.mesh) return [];
  return [
    new MeshError({
      code: 'allocation-conflict',
      host,
      step: 'plan',
      message: `the host belongs to the mesh ${footprint.mesh}, this inventory is for ${inventory.mesh}`,
      cure: `Run destroy with the inventory of ${footprint.mesh} first, or set mesh: ${footprint.mesh} here`,
    }),
  ];
}

/** Hosts without facts keep what is known of them; a new block is given only to a host that was seen. */
function allocateBlocks(input: PlanInput, refusals: ReadonlyMap<string, unknown>): Allocation {
  const { inventory, facts, kept } = input;
  const { held, rumours } = rememberedBy(facts, inventory.mesh);
  const isKnown = ({ name, block }: InventoryHost): boolean =>
    (facts.has(name) && !refusals.has(name)) ||
    block !== undefined ||
    held.has(name) ||
    rumours.has(name) ||
    kept?.blocks.has(name) === true;
  const result = allocate({
    pool: inventory.pool,
    blockLength: inventory.blockLength,
    docker0Length: inventory.docker0Length,
    networkLength: inventory.networkLength,
    hosts: inventory.hosts.filter(isKnown),
    kept,
    held,
    rumours,
    occupied: occupiedBy(facts, inventory.avoid),
  });
  if (result.kind === 'allocated') return result;
  const [first, ...rest] = result.problems;
  throw first === undefined
    ? new MeshError({ code: 'internal', message: 'the allocation was refused without a reason' })
    : combineErrors([first, ...rest]);
}

function underlaysInUse({ inventory, facts }: PlanInput): ReadonlyMap<string, string> {
  return new Map(
    [...facts].flatMap(([host, { footprint }]) =>
      footprint?.mesh === inventory.mesh ? [[host, footprint.underlay] as const] : [],
    ),
  );
}

/** The hosts that others get routes to: those that may be changed, and those that are in the mesh already. */
function linkEnds(
  { inventory, facts }: PlanInput,
  underlays: ReadonlyMap<string, Underlay>,
  allocation: Allocation,
): readonly LinkEnd[] {
  return inventory.hosts.flatMap((host) => {
    const underlay = underlays.get(host.name);
    const its = facts.get(host.name);
    if (underlay === undefined || its === undefined || !allocation.blocks.has(host.name)) return [];
    return [linkEnd(host, underlay, its)];
  });
}

function leftHosts({ inventory, kept }: PlanInput): readonly string[] {
  const named = new Set(inventory.hosts.map(({ name }) => name));
  return [...(kept?.blocks ?? [])]
    .filter(([name]) => !named.has(name))
    .map(
      ([name, block]) =>
        `${name} is not in the inventory any more: its block ${block} becomes free, and the others lose their routes to it; run destroy on it if it still carries them`,
    );
}

function planHost(mesh: Mesh, host: InventoryHost): HostPlan {
  const { name } = host;
  const facts = mesh.facts.get(name);
  if (facts === undefined) return { kind: 'unreachable', host: name, problem: whyNoFacts(mesh, name) };
  const underlay = mesh.underlays.get(name);
  const block = mesh.allocation.blocks.get(name);
  const problems = mesh.refusals.get(name) ?? [];
  if (problems.length > 0 || underlay === undefined || block === undefined) {
    return { kind: 'refused', host: name, problems };
  }
  return planReadyHost(mesh, host, facts, { underlay, block });
}

function whyNoFacts(mesh: Mesh, host: string): MeshError {
  const known = mesh.failures.get(host);
  return (
    known ?? new MeshError({ code: 'facts-unreadable', host, message: 'no facts of this host were read' })
  );
}

function planReadyHost(
  mesh: Mesh,
  host: InventoryHost,
  facts: Facts,
  place: { readonly underlay: Underlay; readonly block: HostBlock },
): HostPlan {
  const { inventory, allocation } = mesh;
  const { block, gateway, networks } = place.block;
  const desired: HostDesired = {
    host: host.name,
    mesh: inventory.mesh,
    mode: inventory.mode,
    pool: allocation.pool,
    block,
    docker0: gateway,
    networks,
    underlay: place.underlay.address,
    routes: staticRoutes(block, reachedPeers(mesh, host.name, facts)),
  };
  const files = renderHostFiles(desired, mesh.programs);
  const settings = facts.docker === undefined ? {} : dockerSettings(desired, facts.docker);
  const changes = diffHost({ desired, files, settings }, facts, mesh.sha256);
  const restarts = changes.some(({ kind }) => kind === 'docker-restart');
  const daemonJson = daemonJsonChange(facts, { desired, files, settings }, restarts);
  return {
    kind: 'ready',
    host: host.name,
    desired,
    changes,
    baseRevision: facts.footprint?.revision ?? 0,
    files,
    ...(daemonJson === undefined ? {} : { daemonJson }),
    warnings: hostWarnings(facts, block),
  };
}

function reachedPeers(mesh: Mesh, host: string, facts: Facts): readonly ReachedPeer[] {
  return mesh.inventory.hosts.flatMap(({ name: peer }): readonly ReachedPeer[] => {
    const block = mesh.allocation.blocks.get(peer)?.block;
    if (peer === host || block === undefined) return [];
    if (!mesh.facts.has(peer)) return keptPeer(peer, block, facts);
    const joins = !mesh.refusals.has(peer) || mesh.facts.get(peer)?.footprint !== undefined;
    const link = mesh.links.get(host)?.get(peer);
    return joins && link !== undefined ? [{ peer, block, link }] : [];
  });
}

/** A peer that is down now keeps the route that this host has to it: it comes back with the peer. */
function keptPeer(peer: string, block: string, facts: Facts): readonly ReachedPeer[] {
  const route = facts.routes.find((one) => one.protocol === ROUTE_PROTOCOL && one.destination === block);
  if (route?.via === undefined) return [];
  const router = route.via;
  const onlink = route.onlink && route.interface !== undefined ? { interface: route.interface } : undefined;
  return [{ peer, block, link: { kind: 'via', router, ...(onlink === undefined ? {} : { onlink }) } }];
}

function daemonJsonChange(
  facts: Facts,
  { settings }: Target,
  restarts: boolean,
): DaemonJsonChange | undefined {
  const { docker } = facts;
  if (docker === undefined) return undefined;
  const { daemonJson: before, daemonJsonPath: path } = docker;
  const content = mergeDaemonJson(before, path, settings);
  if (!restarts) return content === before ? undefined : { path, content };
  const whileRestarting = daemonJsonForRestart(content, path, undefined);
  const whileReverting = daemonJsonForRestart(before, path, docker0Address(facts));
  return {
    path,
    content,
    ...(whileRestarting === undefined ? {} : { whileRestarting }),
    ...(whileReverting === undefined ? {} : { whileReverting }),
  };
}
