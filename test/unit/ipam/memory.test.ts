import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rememberedBy } from '../../../src/ipam/memory.ts';
import { buildFacts, buildFootprint } from '../../support/facts-builder.ts';

const memory = suite('ipam: memory');

memory('each host its own block, and of its peers what most hosts name', () => {
  const facts = new Map([
    [
      'h1',
      buildFacts({ footprint: buildFootprint({ peers: { h2: '10.208.4.0/22', h9: '10.208.8.0/22' } }) }),
    ],
    ['h2', buildFacts()],
    ['h8', buildFacts({ footprint: buildFootprint({ mesh: 'other', block: '10.9.0.0/22' }) })],
    [
      'h3',
      buildFacts({ footprint: buildFootprint({ block: '10.208.12.0/22', peers: { h9: '10.208.16.0/22' } }) }),
    ],
    [
      'h4',
      buildFacts({ footprint: buildFootprint({ block: '10.208.20.0/22', peers: { h9: '10.208.16.0/22' } }) }),
    ],
  ]);
  const { held, rumours } = rememberedBy(facts, 'mesh');
  assert.equal([...held.keys()], ['h1', 'h3', 'h4']);
  assert.equal(held.get('h3'), { pool: '10.208.0.0/16', block: '10.208.12.0/22' });
  assert.equal(
    [...rumours],
    [
      ['h2', '10.208.4.0/22'],
      ['h9', '10.208.16.0/22'],
    ],
  );
});

memory.run();
