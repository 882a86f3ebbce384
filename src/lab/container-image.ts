/** The image of the lab's test containers: a static busybox and what templates/lab/container holds. No registry is asked. */
import { chmod, copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOf } from './command.ts';

const templates = fileURLToPath(new URL('../../templates/lab/container/', import.meta.url));

/** Writes `image.tar` for `docker import` into the directory. */
export async function writeContainerImage(directory: string): Promise<void> {
  const tree = join(directory, 'image');
  for (const part of ['bin', 'www/cgi-bin', 'tmp', 'etc']) await mkdir(join(tree, part), { recursive: true });
  await copyFile('/bin/busybox', join(tree, 'bin/busybox'));
  const applets = (await outputOf(['/bin/busybox', '--list']))
    .split('\n')
    .filter((name) => name && name !== 'busybox');
  await Promise.all(applets.map((name) => symlink('busybox', join(tree, 'bin', name))));
  const programs = { serve: 'bin/serve', peer: 'bin/peer', cgi: 'www/cgi-bin/peer' };
  for (const [template, target] of Object.entries(programs)) {
    await copyFile(join(templates, template), join(tree, target));
    await chmod(join(tree, target), 0o755);
  }
  await outputOf(['tar', '--create', '--file', join(directory, 'image.tar'), '--directory', tree, '.']);
  await rm(tree, { recursive: true });
}
