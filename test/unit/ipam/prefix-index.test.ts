import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOverlaps, indexPrefixes } from '../../../src/ipam/prefix-index.ts';
import { checkedPrefix, formatPrefix } from '../../../src/net/prefix.ts';

const index = suite('ipam: prefix index');

function find(prefixes: readonly string[], prefix: string): readonly string[] {
  const entries = prefixes.map((text) => ({ range: checkedPrefix(text) }));
  return findOverlaps(indexPrefixes(entries), checkedPrefix(prefix)).map((entry) =>
    formatPrefix(entry.range),
  );
}

index('finds wider, equal and narrower ones, and each of two that are the same', () => {
  const prefixes = [
    '10.0.4.0/24',
    '10.0.0.0/8',
    '10.0.4.0/22',
    '10.0.8.0/22',
    '10.0.7.9/32',
    '10.0.4.0/22',
    '0.0.0.0/0',
  ];
  assert.equal(find(prefixes, '10.0.4.0/22'), [
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.0.4.0/22',
    '10.0.4.0/22',
    '10.0.4.0/24',
    '10.0.7.9/32',
  ]);
});

index('a wider one that starts at the same address is found once', () => {
  assert.equal(find(['10.0.0.0/8', '10.0.0.0/24'], '10.0.0.0/16'), ['10.0.0.0/8', '10.0.0.0/24']);
});

index('finds nothing among neighbours', () => {
  assert.equal(find(['10.0.0.0/22', '10.0.8.0/22'], '10.0.4.0/22'), []);
  assert.equal(find([], '10.0.4.0/22'), []);
});

index.run();
