/** Keys of the lab's operator and machines. */
import { outputOf } from './command.ts';

/** Writes a new ed25519 key without passphrase to `path` and its public half to `path`.pub. */
export async function writeSshKey(path: string, comment: string): Promise<void> {
  await outputOf(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}
