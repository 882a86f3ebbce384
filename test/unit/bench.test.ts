import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderTable } from '../bench/benchmark.ts';
import { comparePairs, peakMemory, quantile } from '../bench/measure.ts';

const t = suite('bench');

t('compares in turns, by the median of the ratios', async () => {
  let clock = 0;
  const order: string[] = [];
  // The third run of each side is slow, as when the machine is busy.
  const side = (name: string, milliseconds: number) => ({
    name,
    run: () => {
      order.push(name);
      clock += order.filter((each) => each === name).length === 3 ? 1000 : milliseconds;
    },
  });
  const result = await comparePairs(side('a', 30), side('b', 10), 5, () => clock);
  assert.is(order.join(''), 'ababbaabbaab');
  assert.equal([result.subject, result.rival, result.ratio, result.pairs], [30, 10, 3, 5]);
});

t('takes quantiles from the measured values', () => {
  assert.is(quantile([4, 1, 3, 2, 5], 0.5), 3);
  assert.is(quantile([4, 1, 3, 2, 5], 0.75), 4);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

t('reads the peak memory of a process', async () => {
  const small = await peakMemory(['-e', '0']);
  const large = await peakMemory(['-e', 'Buffer.alloc(100 << 20, 1)']);
  assert.ok(small > 5 && large - small > 80, `${small} MiB, ${large} MiB`);
});

t('renders a table', () => {
  const comparison = { subject: 120, rival: 40, ratio: 3, quartiles: [2.9, 3.1] as const, pairs: 15 };
  assert.is(
    renderTable([{ subject: 'ours', rival: 'bare', comparison, memory: { subject: 60.4, rival: 40 } }]),
    [
      '  subject  ms     rival  ms    ratio  quartiles  pairs  peak MiB\n',
      '  ours     120.0  bare   40.0  3.00   2.90-3.10  15     60 / 40\n',
    ].join(''),
  );
});

t.run();
