/**
 * uvu's own `suite` and `test`, with everything that uvu 0.5.6 loses reported to the runner:
 * a suite without `.run()`, a left `.only`, a hook that throws (its `runner` returns from a `finally`,
 * so the error vanishes and the exit code is 0), and what was skipped.
 */
import * as uvu from 'uvu';
import { report } from './messages.ts';

export { exec } from 'uvu';

interface SuiteRecord {
  readonly name: string;
  tests: number;
  skips: number;
  isRun: boolean;
}

const suites: SuiteRecord[] = [];

/** As uvu's `suite`. */
export function suite<T>(name = '', context?: T): uvu.Test<T> {
  const inner = uvu.suite<T>(name, context);
  const record: SuiteRecord = { name, tests: 0, skips: 0, isRun: false };
  suites.push(record);
  const add = (title: string, handler: uvu.Callback<T>): void => {
    record.tests += 1;
    inner(title, watchTest(fullName(name, title), handler));
  };
  return Object.assign(add, {
    only(title: string, handler: uvu.Callback<T>): void {
      report({ kind: 'fault', text: `".only" was left in: ${fullName(name, title)}` });
      add(title, handler);
    },
    skip(title = 'a test without a name'): void {
      record.skips += 1;
      report({ kind: 'skipped', test: fullName(name, title) });
    },
    before: watchHooks(inner.before, `before of ${name}`, stoppable),
    after: watchHooks(inner.after, `after of ${name}`),
    run(): void {
      record.isRun = true;
      report({ kind: 'planned', suite: name, tests: record.tests });
      inner.run();
    },
  });
}

/** As uvu's `test`: the suite without a name. */
export const test = suite();

/** What is wrong with the suites of the file once it is imported, one text each. */
export function faultsOfSuites(): readonly string[] {
  const used = suites.filter((record) => record.name !== '' || record.tests + record.skips > 0);
  if (used.length === 0) return ['the file has no suite'];
  return used.flatMap((record) => {
    if (record.tests + record.skips === 0) return [`suite "${record.name}" has no tests`];
    return record.isRun ? [] : [`suite "${record.name}" is never run: .run() is missing`];
  });
}

function fullName(suiteName: string, title: string): string {
  return suiteName === '' ? title : `${suiteName} › ${title}`;
}

function watchTest<T>(test: string, handler: uvu.Callback<T>): uvu.Callback<T> {
  const work = stoppable(handler);
  return async (context) => {
    report({ kind: 'begun', test });
    const start = performance.now();
    try {
      await work(context);
    } catch (error) {
      report({ kind: 'failed', test });
      // uvu's own report of a failure reads err.stack and dies of anything that has none.
      throw error instanceof Error ? error : new Error(`thrown, but not an Error: ${String(error)}`);
    }
    report({ kind: 'passed', test, milliseconds: performance.now() - start });
  };
}

type Wrap<T> = (handler: uvu.Callback<T>) => uvu.Callback<T>;

function watchHooks<T>(
  inner: uvu.Test<T>['before'],
  place: string,
  wrap: Wrap<T> = (handler) => handler,
): uvu.Test<T>['before'] {
  const watch = (handler: uvu.Callback<T>, where: string): uvu.Callback<T> => {
    const work = wrap(handler);
    return async (context) => {
      try {
        await work(context);
      } catch (error) {
        report({ kind: 'fault', text: `${where} threw: ${describe(error)}` });
        throw error;
      }
    };
  };
  return Object.assign((handler: uvu.Callback<T>) => inner(watch(handler, place)), {
    each: (handler: uvu.Callback<T>) => inner.each(watch(handler, `${place} (each)`)),
  });
}

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('the runner stops this file')));

/** Whether the runner asked this process to end. */
export function isStopped(): boolean {
  return stop.signal.aborted;
}

/** Lets a test or a before hook fail at once on SIGTERM, so that uvu goes on to the after hooks, which clean up. */
function stoppable<T>(handler: uvu.Callback<T>): uvu.Callback<T> {
  return (context) =>
    new Promise((resolve, reject) => {
      const refuse = (): void => reject(stop.signal.reason);
      if (stop.signal.aborted) return refuse();
      stop.signal.addEventListener('abort', refuse);
      Promise.resolve(handler(context))
        .then(resolve, reject)
        .finally(() => stop.signal.removeEventListener('abort', refuse));
    });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
