import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../src/lab/lab.ts';
import { startTestLab } from '../support/lab-fixture.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { comparePairs } from './measure.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A sync against what it cannot be quicker than by much: plain ssh to all hosts at once, with the command `true`. */
export const mesh: Benchmark = {
  name: 'mesh',
  question: 'sync of a lab against `ssh HOST true` to all its hosts at once (root, Debian)',
  run: async () => [...(await meshRows(3, 10)), ...(await meshRows(10, 5))],
};

async function meshRows(hosts: number, pairs: number): Promise<readonly Row[]> {
  const lab = await startTestLab({ hosts });
  try {
    const first = await once(() => routeMesh(lab, 'sync', '--yes'));
    const comparison = await comparePairs(
      { name: 'sync', run: () => routeMesh(lab, 'sync', '--yes') },
      { name: 'ssh', run: () => plainSsh(lab) },
      pairs,
    );
    process.stdout.write(`first sync of ${hosts} hosts, docker restarts included: ${first.toFixed(0)} ms\n`);
    return [{ subject: `sync of ${hosts} hosts, nothing to do`, rival: 'ssh true', comparison }];
  } finally {
    await lab.down();
  }
}

async function once(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function routeMesh(lab: Lab, ...words: readonly string[]): Promise<void> {
  const env = { ...process.env, ROUTE_MESH_INVENTORY: lab.inventory };
  await expectDone(lab, [process.execPath, MAIN, ...words], env);
}

async function plainSsh(lab: Lab): Promise<void> {
  const options = `-F none -i ${lab.directory}/id -o UserKnownHostsFile=${lab.directory}/known_hosts -o BatchMode=yes`;
  const logins = lab.hosts.map(({ address }) => `ssh ${options} root@${address} true &`).join('\n');
  await expectDone(lab, ['sh', '-c', `${logins}\nwait`], process.env);
}

async function expectDone(lab: Lab, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stdout, stderr } = await lab.operator(argv, { env, timeout: 300, directory: tmpdir() });
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`);
}
