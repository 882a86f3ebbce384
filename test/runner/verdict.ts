import type { ChildMessage } from './messages.ts';

/** Why a test file's process is gone: by itself, or ended by the runner. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null }
  /** It ran past the limit of its kind. */
  | { readonly kind: 'limit'; readonly seconds: number }
  /** Its suites were done, but something kept it alive. */
  | { readonly kind: 'lingering' }
  /** It is gone, but a process that it started still holds its output. */
  | { readonly kind: 'outlived' }
  /** Ctrl-C, or the limit of the whole run. */
  | { readonly kind: 'stopped'; readonly reason: string };

/** What one test file comes to. Numbers are test cases; a fault of the file counts as one failed case. */
export interface Verdict {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skips: readonly string[];
}

/**
 * Judges a file from what its process said and how it ended. A file passes only if it said that all planned
 * tests ran and passed, said that it ended, and then exited by itself.
 */
export function judge(messages: readonly ChildMessage[], ending: Ending): Verdict {
  const fileSkip = messages.find((message) => message.kind === 'file-skipped');
  const begun = textsOf(messages, 'begun');
  if (fileSkip !== undefined && begun.length === 0 && ending.kind === 'exit' && ending.code === 0) {
    return { passed: 0, failures: [], skips: [fileSkip.reason] };
  }
  const passed = textsOf(messages, 'passed').length;
  const failed = textsOf(messages, 'failed');
  return {
    passed,
    failures: [
      ...failed,
      ...messages.flatMap((message) => (message.kind === 'fault' ? [message.text] : [])),
      ...faultsOfEnding(messages, ending, begun.length > passed + failed.length ? begun.at(-1) : undefined),
    ],
    skips: textsOf(messages, 'skipped'),
  };
}

function faultsOfEnding(
  messages: readonly ChildMessage[],
  ending: Ending,
  running: string | undefined,
): readonly string[] {
  const place = running === undefined ? '' : ` in: ${running}`;
  const ended = messages.find((message) => message.kind === 'ended');
  if (ending.kind === 'limit') return [`ended after its time limit of ${ending.seconds} s${place}`];
  if (ending.kind === 'stopped') return [`not finished: ${ending.reason}${place}`];
  if (ending.kind === 'outlived') return ['a process that it started outlives it'];
  if (ended === undefined) return [`${describeExit(ending)} before its suites were done${place}`];
  if (ending.kind === 'lingering') {
    return [`the tests are done, but these keep the process alive: ${ended.open.join(', ') || 'unknown'}`];
  }
  const lost = lostTests(messages);
  if (lost > 0) return [`${lost} of the planned tests never ran`];
  // uvu sets exit code 1 itself when a test failed.
  const isExpected = ending.code === 0 || (ending.code === 1 && textsOf(messages, 'failed').length > 0);
  return isExpected ? [] : [`${describeExit(ending)} after its tests were done`];
}

function lostTests(messages: readonly ChildMessage[]): number {
  const planned = messages.reduce(
    (sum, message) => sum + (message.kind === 'planned' ? message.tests : 0),
    0,
  );
  return planned - textsOf(messages, 'begun').length;
}

function describeExit(ending: Ending): string {
  if (ending.kind !== 'exit') return 'the process was ended';
  if (ending.signal !== null) return `the process died of ${ending.signal}`;
  // Node's own code for a top-level await that nothing can settle: a test waits for ever.
  const cause = ending.code === 13 ? ' (a promise never settles)' : '';
  return `the process exited with code ${ending.code}${cause}`;
}

function textsOf(
  messages: readonly ChildMessage[],
  kind: 'begun' | 'passed' | 'failed' | 'skipped',
): readonly string[] {
  return messages.flatMap((message) => (message.kind === kind ? [message.test] : []));
}
