/** The same task on many hosts at once. */
import PQueue from 'p-queue';

/** Runs `task` for every item, `width` at a time (1 to 1000), and gives the results in the order of the items. */
export async function fanOut<Item, Result>(
  items: readonly Item[],
  width: number,
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const queue = new PQueue({ concurrency: width });
  return Promise.all(items.map((item) => queue.add(() => task(item))));
}
