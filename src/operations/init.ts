/** `init`: looks at hosts given by name and drafts an inventory for them. */
import type { Facts } from '../facts/model.ts';
import type { InventoryDraft } from '../render/inventory-file.ts';
import { type ExitCode, exitCodeOf, gravest } from './exit-code.ts';
import { type Gathered, withGathered } from './gather.ts';
import { planMesh } from './plan-mesh.ts';
import type { Run } from './run.ts';

function describe(facts: Facts, underlay: string | undefined): string {
  const docker = facts.docker?.serverVersion;
  const parts = [facts.system.name, docker === undefined ? 'no Docker' : `Docker ${docker}`];
  return [...parts, underlay === undefined ? 'no underlay address found' : `next hop ${underlay}`].join(', ');
}

export type Drafted = { readonly draft: InventoryDraft; readonly exitCode: ExitCode };

/** Gathers the hosts of the run's inventory and drafts its file; problems are emitted as events and do not stop it. */
export async function draftInventory(
  run: Run,
  wishes: Pick<InventoryDraft, 'user' | 'sudo' | 'sshConfig'>,
): Promise<Drafted> {
  return withGathered(run, async (gathered) => {
    const { plan } = await planMesh(run, gathered);
    const underlays = new Map(
      plan.hosts.flatMap((host) =>
        host.kind === 'ready' ? [[host.host, host.desired.underlay] as const] : [],
      ),
    );
    const problems = plan.hosts.flatMap((host) =>
      host.kind === 'ready' ? [] : host.kind === 'refused' ? host.problems : [host.problem],
    );
    for (const error of problems) {
      run.emit({ kind: 'host-failed', host: error.host ?? '', error, reverted: false });
    }
    const finding = (one: Gathered): string =>
      one.kind === 'failed'
        ? `not reached: ${one.error.message}`
        : describe(one.facts, underlays.get(one.host.name));
    const reached = gathered.some(({ kind }) => kind === 'reached');
    return {
      draft: {
        mesh: run.inventory.mesh,
        pool: reached ? plan.pool : undefined,
        ...wishes,
        hosts: gathered.map((one) => ({ host: one.host, finding: finding(one) })),
      },
      exitCode: gravest(problems.map(({ code }) => exitCodeOf(code))),
    };
  });
}
