/**
 * The planner: inventory, facts and allocation in, one ordered plan out. Pure and deterministic: the same input gives
 * the same plan, to the byte.
 */
import { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import type { InventoryHost } from '../inventory/model.ts';
import type { HostBlock } from '../ipam/model.ts';
import type { Underlay } from '../links/underlay.ts';
import type { HostDesired } from '../modes/desired.ts';
import { renderHostFiles } from '../modes/host-files.ts';
import { type ReachedPeer, staticRoutes } from '../modes/static.ts';
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';
import { daemonJsonForRestart, mergeDaemonJson } from './daemon-json.ts';
import { diffHost, docker0Address, type Target } from './diff.ts';
import { dockerSettings } from './docker-settings.ts';
import type { DaemonJsonChange, HostPlan, Plan } from './model.ts';
import { type Mesh, type PlanInput, surveyMesh } from './survey.ts';
import { hostWarnings } from './warnings.ts';

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
