import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHierarchies, renderHierarchies } from '../../../src/lab/cgroup.ts';

const t = suite('cgroup hierarchies');

t('hybrid: version 1 controllers and version 2 beside them', () => {
  const hierarchies = parseHierarchies(`22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset,clone_children
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`);
  assert.is(
    renderHierarchies(hierarchies),
    [
      '1:/sys/fs/cgroup/cpu,cpuacct:cpu,cpuacct',
      '1:/sys/fs/cgroup/cpuset:cpuset',
      '1:/sys/fs/cgroup/systemd:name=systemd',
      '2:/sys/fs/cgroup/unified:',
    ].join(' '),
  );
});

t('version 2 alone, as on a current Debian', () => {
  const line =
    '29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot';
  assert.equal(parseHierarchies(line), [{ version: 2, path: '/sys/fs/cgroup', options: '' }]);
});

t('a hierarchy that a container runtime mounted elsewhere is not ours', () => {
  assert.equal(parseHierarchies('50 22 0:26 / /run/other/cgroup rw - cgroup2 cgroup2 rw'), []);
});

t.run();
