/** A whole life of a lab in one process, for tests that change what this computer looks like: prints what it saw as JSON. */
import { type DockerRelease, parseDockerRelease } from '../../src/lab/docker-release.ts';
import { operatorAddress } from '../../src/lab/network.ts';
import { addressSeenBy, startTestContainers } from '../../src/lab/test-containers.ts';
import { startTestLab } from './lab-fixture.ts';

const docker: DockerRelease = parseDockerRelease(process.argv[2] ?? '') ?? '28';
const lab = await startTestLab({ hosts: 1, docker });
await startTestContainers(lab, 'h1');
await lab.reboot('h1');
const { stdout } = await lab.exec('h1', "docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}'");
const seen = await addressSeenBy(lab, { host: 'h1', container: 'c0' }, operatorAddress);
await lab.down();
process.stdout.write(JSON.stringify({ cgroups: stdout.trim(), seen }));
