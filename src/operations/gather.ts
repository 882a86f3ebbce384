/** The facts of all hosts, each in one round trip, and the sessions that they came over, kept open for what follows. */
import { asMeshError, type MeshError } from '../error/mesh-error.ts';
import { gatherScript, parseFacts } from '../facts/gather-script.ts';
import type { Facts } from '../facts/model.ts';
import type { InventoryHost } from '../inventory/model.ts';
import type { Session } from '../transport/session.ts';
import { fanOut } from './fan-out.ts';
import type { Run } from './run.ts';

export type Gathered =
  | {
      readonly kind: 'reached';
      readonly host: InventoryHost;
      readonly facts: Facts;
      readonly session: Session;
    }
  | { readonly kind: 'failed'; readonly host: InventoryHost; readonly error: MeshError };

/** Seconds for the gather script; docker's own calls may hang when dockerd does. */
const FACTS_TIMEOUT = 60;

async function gatherHost(run: Run, host: InventoryHost): Promise<Gathered> {
  const started = run.clock();
  run.emit({ kind: 'host-started', host: host.name, task: 'facts' });
  let session: Session | undefined;
  try {
    session = await run.transport.open(host.name, host.connection);
    const result = await session.run(gatherScript, { timeout: FACTS_TIMEOUT, step: 'facts' });
    const facts = parseFacts(result.stdout);
    run.emit({ kind: 'host-gathered', host: host.name, milliseconds: run.clock() - started });
    return { kind: 'reached', host, facts, session };
  } catch (thrown) {
    if (session !== undefined) await closeQuietly(session);
    return { kind: 'failed', host, error: asMeshError(thrown).at(host.name, 'facts') };
  }
}

/** Reads all hosts, in inventory order; a host that cannot be read is a value, not an exception. */
async function gatherAll(run: Run): Promise<readonly Gathered[]> {
  return fanOut(run.inventory.hosts, run.inventory.parallel, (host) => gatherHost(run, host));
}

/** What goes wrong while closing is of no interest any more, and must not hide what went wrong before. */
async function closeQuietly(session: Session): Promise<void> {
  await session.close().catch(() => undefined);
}

async function closeAll(gathered: readonly Gathered[]): Promise<void> {
  const sessions = gathered.flatMap((one) => (one.kind === 'reached' ? [one.session] : []));
  await Promise.all(sessions.map(closeQuietly));
}

/** Runs `work` on all hosts' facts and closes the sessions afterwards, whatever happens. */
export async function withGathered<Result>(
  run: Run,
  work: (gathered: readonly Gathered[]) => Promise<Result>,
): Promise<Result> {
  const gathered = await gatherAll(run);
  try {
    return await work(gathered);
  } finally {
    await closeAll(gathered);
  }
}
