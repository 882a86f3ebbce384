import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { divideBlock } from '../../../src/ipam/block.ts';
import { checkedPrefix } from '../../../src/net/prefix.ts';

const block = suite('ipam: block');

block('docker0 is the first part, the rest is as few bases as possible', () => {
  assert.equal(divideBlock(checkedPrefix('10.208.4.0/22'), 24, 24), {
    block: '10.208.4.0/22',
    docker0: '10.208.4.0/24',
    gateway: '10.208.4.1/24',
    networks: [
      { base: '10.208.5.0/24', size: 24 },
      { base: '10.208.6.0/23', size: 24 },
    ],
  });
});

block('a base that is smaller than a network becomes one network', () => {
  assert.equal(divideBlock(checkedPrefix('10.0.0.0/24'), 26, 25).networks, [
    { base: '10.0.0.64/26', size: 26 },
    { base: '10.0.0.128/25', size: 25 },
  ]);
});

block('docker0 may take all of it', () => {
  assert.equal(divideBlock(checkedPrefix('10.0.0.0/24'), 24, 26).networks, []);
});

block.run();
