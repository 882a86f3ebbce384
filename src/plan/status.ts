/** How a host stands: its plan and its facts, in one row. */
import type { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';
import type { HostPlan } from './model.ts';

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

function stateOf(plan: HostPlan, facts: Facts | undefined): HostStatus['state'] {
  if (plan.kind !== 'ready') return plan.kind;
  if (facts?.footprint === undefined) return 'new';
  return plan.changes.length === 0 ? 'in sync' : 'drift';
}

/** The row of a host; `facts` are undefined where it was not reached. */
export function hostStatus(plan: HostPlan, facts: Facts | undefined): HostStatus {
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
