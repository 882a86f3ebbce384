/** `status`: the mesh as it stands, from facts and plan. */
import type { Plan } from '../plan/model.ts';
import { type HostStatus, hostStatus } from '../plan/status.ts';
import { withGathered } from './gather.ts';
import { planMesh } from './plan-mesh.ts';
import type { Run } from './run.ts';

export type MeshStatus = { readonly plan: Plan; readonly hosts: readonly HostStatus[] };

/** Reads the selected hosts; nothing is changed. */
export async function status(run: Run): Promise<MeshStatus> {
  return withGathered(run, async (gathered) => {
    const { plan } = await planMesh(run, gathered);
    const facts = new Map(
      gathered.flatMap((one) => (one.kind === 'reached' ? [[one.host.name, one.facts] as const] : [])),
    );
    const hosts = plan.hosts.filter((host) => run.selected.has(host.host));
    return { plan, hosts: hosts.map((host) => hostStatus(host, facts.get(host.host))) };
  });
}
