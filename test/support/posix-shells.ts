/** The shells that hosts have for /bin/sh, as far as this machine has them. */
import { spawnSync } from 'node:child_process';

const SHELLS: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix'], ['bash']];

/** Command lines that read a script from standard input. At least one of them is here, or the test fails. */
export function findShells(): readonly (readonly string[])[] {
  const found = SHELLS.filter(([command = '', ...words]) => {
    return spawnSync(command, words, { input: 'exit 42\n' }).status === 42;
  });
  if (found.length === 0) throw new Error('this machine has neither dash nor busybox nor bash');
  return found;
}
