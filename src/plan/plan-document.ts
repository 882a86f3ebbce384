/** A plan as `--json` and plan files show it. */
import type { HostPlan, Plan } from './model.ts';

type ReadyPlan = Extract<HostPlan, { kind: 'ready' }>;

export type HostPlanDocument =
  | Omit<ReadyPlan, 'files' | 'daemonJson'>
  | Exclude<HostPlan, { readonly kind: 'ready' }>;

export type PlanDocument = Omit<Plan, 'hosts'> & { readonly hosts: readonly HostPlanDocument[] };

/**
 * The plan of the selected hosts without the contents of files: the changes say what they bring, and an operator's
 * daemon.json may hold passwords (those of a proxy).
 */
export function planDocument(plan: Plan, selected: ReadonlySet<string>): PlanDocument {
  return { ...plan, hosts: plan.hosts.filter(({ host }) => selected.has(host)).map(hostDocument) };
}

function hostDocument(host: HostPlan): HostPlanDocument {
  if (host.kind !== 'ready') return host;
  const { files: _files, daemonJson: _daemonJson, ...shown } = host;
  return shown;
}
