/** The first half of planning: what holds for the mesh as a whole. Blocks, underlays, links, and who is left out. */
import { combineErrors } from '../error/combine.ts';
import { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import type { Inventory, InventoryHost } from '../inventory/model.ts';
import { allocate } from '../ipam/allocate.ts';
import { rememberedBy } from '../ipam/memory.ts';
import type { Allocation, KeptAllocation } from '../ipam/model.ts';
import { occupiedBy } from '../ipam/occupied.ts';
import { type LinkEnd, linkEnd } from '../links/link-end.ts';
import { linkAll } from '../links/next-hop.ts';
import { detectUnderlays, type Underlay } from '../links/underlay.ts';
import type { HostPrograms } from '../modes/host-files.ts';
import type { Sha256 } from './diff.ts';
import { dockerProblems } from './docker-settings.ts';
import { toolProblems } from './host-tools.ts';

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
export type Mesh = PlanInput & {
  readonly allocation: Allocation;
  readonly underlays: ReadonlyMap<string, Underlay>;
  /** From host -> to host -> link, for the hosts that take part. */
  readonly links: ReturnType<typeof linkAll>['links'];
  /** Host -> why nothing on it may be touched. */
  readonly refusals: ReadonlyMap<string, readonly MeshError[]>;
};

/** Throws MeshError when there is no allocation that fits; what concerns one host is in `refusals`. */
export function surveyMesh(input: PlanInput): Mesh {
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
