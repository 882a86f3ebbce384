/** The lab on cgroup v2 alone, as current distributions have it, whatever the computer that runs the tests has. */
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../src/lab/command.ts';
import { dockerReleases } from '../../src/lab/docker-release.ts';
import { skipUnlessRoot } from '../support/skip.ts';

skipUnlessRoot();

const program = fileURLToPath(new URL('../support/lab-smoke.ts', import.meta.url));

const t = suite('lab on cgroup v2');

/** In a mount namespace of its own, so that only this test sees it. */
const onlyVersion2 = `
awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts | xargs umount -l
if mountpoint -q /sys/fs/cgroup; then umount -l /sys/fs/cgroup; fi
mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup
exec "$@"
`;

for (const release of dockerReleases) {
  t(`docker ${release} makes its own cgroups and runs containers, after a reboot too`, async () => {
    const smoke = [process.execPath, '--import', 'tsx', program, release];
    const { code, stdout, stderr } = await runCommand(
      ['unshare', '--mount', 'sh', '-eu', '-c', onlyVersion2, 'sh', ...smoke],
      { timeout: 120 },
    );
    assert.is(code, 0, stderr);
    assert.equal(JSON.parse(stdout), { cgroups: 'cgroupfs 2', seen: '10.99.0.1' });
  });
}

t.run();
