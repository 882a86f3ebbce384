/** Makes this computer ready for the tests' labs: part of `npm test`, before the tests. */
import { asMeshError } from '../../src/error/mesh-error.ts';
import { dockerReleases } from '../../src/lab/docker-release.ts';
import { prepareLab } from '../../src/lab/prepare.ts';

try {
  await prepareLab(dockerReleases, (line) => process.stdout.write(`setup: ${line}\n`));
} catch (thrown) {
  const { message, cure = 'no cure is known' } = asMeshError(thrown);
  process.stderr.write(`setup: ${message}; ${cure}\n`);
  process.exitCode = 1;
}
