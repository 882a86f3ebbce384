/**
 * The ways a test may be left out: both say why, alone and under the runner, which prints each one.
 * A test that needs what this machine lacks is skipped, never passed.
 */
import { report } from '../runner/messages.ts';

/**
 * Ends this test file at once, before any of its suites ran. Call it at the top of the file.
 * @param reason what is missing and how to have it, e.g. "needs root: run it with sudo"
 */
export function skipFile(reason: string): never {
  process.stdout.write(`SKIP ${reason}\n`);
  report({ kind: 'file-skipped', reason });
  process.exit(0);
}

/**
 * Leaves out one test of a suite.
 * @param suite the suite; its `skip` is called
 * @param reason what is missing and how to have it
 */
export function skipTest(
  suite: { readonly skip: (name?: string) => void },
  name: string,
  reason: string,
): void {
  process.stdout.write(`SKIP ${name}: ${reason}\n`);
  suite.skip(`${name}: ${reason}`);
}

/** Ends this test file unless it runs as root, which network namespaces, sshd and dockerd need. */
export function skipUnlessRoot(): void {
  if (process.getuid?.() !== 0) skipFile('needs root (network namespaces, sshd, dockerd): run it with sudo');
}
