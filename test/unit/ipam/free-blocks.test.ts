import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFreeBlocks } from '../../../src/ipam/free-blocks.ts';
import { checkedPrefix, formatPrefix } from '../../../src/net/prefix.ts';

const blocks = suite('ipam: free blocks');

function find(pool: string, length: number, walls: readonly string[], wanted: number): readonly string[] {
  return findFreeBlocks(checkedPrefix(pool), length, walls.map(checkedPrefix), wanted).map(formatPrefix);
}

blocks('the first ones, ascending', () => {
  assert.equal(find('10.0.0.0/16', 22, [], 3), ['10.0.0.0/22', '10.0.4.0/22', '10.0.8.0/22']);
});

blocks('steps over walls that are smaller, larger, nested and outside', () => {
  const walls = ['10.0.16.0/20', '10.0.16.0/24', '10.0.5.7/32', '10.1.0.0/16', '9.0.0.0/8'];
  assert.equal(find('10.0.0.0/16', 22, walls, 4), [
    '10.0.0.0/22',
    '10.0.8.0/22',
    '10.0.12.0/22',
    '10.0.32.0/22',
  ]);
});

blocks('gives what there is, and nothing below a wall around the pool', () => {
  assert.equal(find('10.0.0.0/23', 24, ['10.0.0.0/32'], 5), ['10.0.1.0/24']);
  assert.equal(find('10.0.0.0/23', 24, ['10.0.0.0/8'], 5), []);
  assert.equal(find('10.0.0.0/24', 23, [], 1), []);
});

blocks('reaches the end of the address space', () => {
  assert.equal(find('255.255.255.0/24', 25, [], 5), ['255.255.255.0/25', '255.255.255.128/25']);
});

blocks.run();
