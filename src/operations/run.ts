/** What every operation is given: the mesh, the ways to the hosts, and all that is not pure. */
import type { EmitEvent } from '../events/event.ts';
import type { Inventory } from '../inventory/model.ts';
import type { HostPrograms } from '../modes/host-files.ts';
import type { Sha256 } from '../plan/diff.ts';
import type { Transport } from '../transport/session.ts';

export type Run = {
  readonly inventory: Inventory;
  /** Names of the hosts that may be changed or shown (`--limit`); the others are only read. */
  readonly selected: ReadonlySet<string>;
  readonly transport: Transport;
  readonly emit: EmitEvent;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** Letters and digits, new at each call. */
  readonly nonce: () => string;
  /** `alice@laptop`, for locks and logs on the hosts. */
  readonly operator: string;
  /** Programs and units that go to each host. */
  readonly programs: HostPrograms;
  readonly sha256: Sha256;
};
