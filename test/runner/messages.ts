/** What a test file's process tells the runner, in the order it happens. */
export type ChildMessage =
  /** A suite was handed to uvu with this many tests. */
  | { readonly kind: 'planned'; readonly suite: string; readonly tests: number }
  | { readonly kind: 'begun'; readonly test: string }
  | { readonly kind: 'passed'; readonly test: string; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly test: string }
  | { readonly kind: 'skipped'; readonly test: string }
  | { readonly kind: 'file-skipped'; readonly reason: string }
  /** Something that uvu alone would have let pass. */
  | { readonly kind: 'fault'; readonly text: string }
  /** All suites are done; `open` names what still keeps the process alive. */
  | { readonly kind: 'ended'; readonly open: readonly string[] };

/**
 * Sends a message to the runner. Does nothing in a file that was started alone or whose runner is gone.
 * The write is synchronous on Linux, so a message sent right before `process.exit` arrives.
 */
export function report(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}
