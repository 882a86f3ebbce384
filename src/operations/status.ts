/** `status`: the mesh as it stands, from facts and plan. */
import type { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';
import type { HostPlan, Plan } from '../plan/model.ts';
import { type Gathered, withGathered } from './gather.ts';
import { planMesh } from './plan-mesh.ts';
import type { Run } from './run.ts';

export type HostStatus = {
  readonly host: string;
  readonly state: 'in sync' | 'drift' | 'new' | 'refused' | 'unreachable';
  readonly block: string | undefined;
  readonly underlay: string | undefined;
  readonly revision: number | undefined;
  /** Routes of ours in the kernel, and how many there shall be. */
  readonly routes: { readonly present: number; readonly wanted: number } | undefined;
  readonly firewall: 'intact' | 'changed' | 'absent' | undefined;
  readonly watcher: boolean | undefined;
  readonly docker: string | undefined;
  readonly containers: number | undefined;
  readonly problems: readonly MeshError[];
};

export type MeshStatus = { readonly plan: Plan; readonly hosts: readonly HostStatus[] };

function stateOf(plan: HostPlan, facts: Facts | undefined): HostStatus['state'] {
  if (plan.kind !== 'ready') return plan.kind;
  if (facts?.footprint === undefined) return 'new';
  return plan.changes.length === 0 ? 'in sync' : 'drift';
}

function hostStatus(plan: HostPlan, gathered: Gathered | undefined): HostStatus {
  const facts = gathered?.kind === 'reached' ? gathered.facts : undefined;
  const ours = facts?.routes.filter((route) => route.protocol === ROUTE_PROTOCOL).length ?? 0;
  const ready = plan.kind === 'ready' ? plan.desired : undefined;
  return {
    host: plan.host,
    state: stateOf(plan, facts),
    block: ready?.block ?? facts?.footprint?.block,
    underlay: ready?.underlay,
    revision: facts?.footprint?.revision,
    routes: ready === undefined ? undefined : { present: ours, wanted: ready.routes.length },
    firewall: facts?.footprint?.firewall,
    watcher: facts?.footprint?.watcher,
    docker: facts?.docker?.serverVersion,
    containers: facts?.docker?.containers.length,
    problems: plan.kind === 'refused' ? plan.problems : plan.kind === 'unreachable' ? [plan.problem] : [],
  };
}

/** Reads the selected hosts; nothing is changed. */
export async function status(run: Run): Promise<MeshStatus> {
  return withGathered(run, async (gathered) => {
    const { plan } = await planMesh(run, gathered);
    const hosts = plan.hosts.filter((host) => run.selected.has(host.host));
    return {
      plan,
      hosts: hosts.map((host) =>
        hostStatus(
          host,
          gathered.find((one) => one.host.name === host.host),
        ),
      ),
    };
  });
}
