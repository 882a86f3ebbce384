/** How a run ends for the shell; stable, scripts depend on it. */
import type { ErrorCode } from '../error/mesh-error.ts';

export const EXIT = {
  done: 0,
  error: 1,
  pending: 2,
  reverted: 3,
  unreachable: 4,
  refused: 5,
  usage: 64,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Errors by which a host is said to be out of reach, rather than to have failed at something. */
const UNREACHABLE: ReadonlySet<ErrorCode> = new Set([
  'host-unreachable',
  'host-key-unknown',
  'host-key-changed',
  'authentication-failed',
  'sudo-refused',
  'connection-lost',
  'step-timeout',
]);

/** Errors by which route-mesh declined to act, with nothing touched. */
const REFUSED: ReadonlySet<ErrorCode> = new Set(['lock-held', 'plan-stale', 'restart-refused']);

/** The exit code that one error stands for. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'usage') return EXIT.usage;
  if (UNREACHABLE.has(code)) return EXIT.unreachable;
  return REFUSED.has(code) ? EXIT.refused : EXIT.error;
}

/** What a run of several hosts ends with: the gravest first. */
const GRAVITY: readonly ExitCode[] = [
  EXIT.usage,
  EXIT.error,
  EXIT.reverted,
  EXIT.refused,
  EXIT.unreachable,
  EXIT.pending,
];

/** The gravest of all codes; `done` when there is none. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return GRAVITY.find((code) => codes.includes(code)) ?? EXIT.done;
}
