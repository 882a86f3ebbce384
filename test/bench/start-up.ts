import { fileURLToPath } from 'node:url';
import type { Benchmark, Row } from './benchmark.ts';
import { comparePairs, peakMemory, runNode } from './measure.ts';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const bare = ['-e', '0'];

/** How much of a start is ours: everything above a ratio of 1 is our own code being loaded. */
export const startUp: Benchmark = {
  name: 'start-up',
  question: 'starting the built program against starting Node; wanted: under 300 ms',
  run: async () => [await row(['--version']), await row(['sync', '--help'])],
};

async function row(args: readonly string[]): Promise<Row> {
  const ours = [program, ...args];
  return {
    subject: `route-mesh ${args.join(' ')}`,
    rival: `node ${bare.join(' ')}`,
    comparison: await comparePairs(
      { name: 'route-mesh', run: () => runNode(ours) },
      { name: 'node', run: () => runNode(bare) },
      15,
    ),
    memory: { subject: await peakMemory(ours), rival: await peakMemory(bare) },
  };
}
