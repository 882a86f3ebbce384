/**
 * The one error type that operators see. It says on which host, at which step, what was seen, and the cure.
 * Every layer throws it at its edge or returns it as a value; the faces print it, and nothing prints a stack.
 */

/** Stable identifiers, grouped by the layer that raises them. Scripts may match on them (`--json`). */
export type ErrorCode =
  // Command line
  | 'usage'
  // Inventory
  | 'inventory-missing'
  | 'inventory-syntax'
  | 'inventory-invalid'
  | 'limit-matches-nothing'
  // Transport
  | 'host-unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'authentication-failed'
  | 'sudo-refused'
  | 'connection-lost'
  | 'step-timeout'
  // Facts
  | 'facts-unreadable'
  // Allocation and planning
  | 'pool-exhausted'
  | 'pool-overlap'
  | 'pin-conflict'
  | 'allocation-conflict'
  | 'allocation-file'
  | 'no-docker'
  | 'missing-tool'
  | 'no-underlay'
  | 'no-link'
  | 'daemon-json-invalid'
  | 'docker-flag-conflict'
  // Operations on a host
  | 'lock-held'
  | 'plan-stale'
  | 'restart-refused'
  | 'disk-full'
  | 'docker-start-failed'
  | 'apply-failed'
  | 'verify-failed'
  // Lab
  | 'lab-failed'
  // A bug of ours
  | 'internal';

export type ErrorDetails = {
  readonly code: ErrorCode;
  /** What was seen, one sentence, no trailing newline. */
  readonly message: string;
  /** What to do about it, one sentence in the imperative. */
  readonly cure?: string;
  /** Host name in the inventory. */
  readonly host?: string;
  /** What was being done: `connect`, `facts`, `docker-restart`, … */
  readonly step?: string;
  /** `file:line` or `file` for errors of files. */
  readonly place?: string;
  readonly cause?: unknown;
};

export class MeshError extends Error {
  override readonly name = 'MeshError';
  readonly code: ErrorCode;
  readonly cure: string | undefined;
  readonly host: string | undefined;
  readonly step: string | undefined;
  readonly place: string | undefined;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.cure = details.cure;
    this.host = details.host;
    this.step = details.step;
    this.place = details.place;
  }

  /** The same error, told of a host and a step where it does not name its own. */
  at(host: string, step?: string): MeshError {
    const details: ErrorDetails = { code: this.code, message: this.message, cause: this.cause };
    const cure = this.cure === undefined ? {} : { cure: this.cure };
    const place = this.place === undefined ? {} : { place: this.place };
    const at = this.step ?? step;
    return new MeshError({
      ...details,
      ...cure,
      ...place,
      host: this.host ?? host,
      ...(at ? { step: at } : {}),
    });
  }

  /** Plain data for `--json`; the cause is left out, it may hold anything. */
  toJSON(): Record<string, string> {
    const fields = { code: this.code, message: this.message, cure: this.cure, host: this.host };
    const rest = { step: this.step, place: this.place };
    const entries = Object.entries({ ...fields, ...rest });
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
}

/** Any thrown value as a MeshError: ours unchanged, others as `internal` with their message. */
export function asMeshError(thrown: unknown): MeshError {
  if (thrown instanceof MeshError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const cure = 'This is a fault of route-mesh: report it with the command that you gave';
  return new MeshError({ code: 'internal', message, cure, cause: thrown });
}
