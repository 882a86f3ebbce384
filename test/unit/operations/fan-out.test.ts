import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fanOut } from '../../../src/operations/fan-out.ts';

const test = suite('fan-out');
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

test('results come in the order of the items, whichever ends first', async () => {
  const results = await fanOut([3, 1, 2], 3, async (item) => {
    await pause(item);
    return item * 10;
  });
  assert.equal(results, [30, 10, 20]);
});

test('never more at a time than the width, and all of them', async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 20 }, (_, index) => index);
  const results = await fanOut(items, 4, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await pause(1);
    running -= 1;
    return item;
  });
  assert.is(most, 4);
  assert.equal(results, items);
});

test('nothing to do', async () => {
  assert.equal(await fanOut([], 5, async () => 1), []);
});

test.run();
