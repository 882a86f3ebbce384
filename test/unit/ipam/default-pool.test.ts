import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AllocationInput } from '../../../src/ipam/model.ts';
import {
  buildOccupied,
  heldBy,
  keptIn,
  numberedHosts,
  renderOutcome,
} from '../../support/allocation-builder.ts';

const h1 = { name: 'h1', place: 'mesh.yaml:4' };
const h2 = { name: 'h2', place: 'mesh.yaml:5' };

/** Two hosts unless the test says others. */
function outcome(overrides: Partial<AllocationInput>): string {
  return renderOutcome({ hosts: [h1, h2], ...overrides });
}

const defaults = suite('ipam: default pool');

const poolsBySize: readonly (readonly [number, string])[] = [
  [1, '10.208.0.0/16'],
  [48, '10.208.0.0/16'],
  [49, '10.208.0.0/14'],
  [200, '10.208.0.0/14'],
  [256, '10.208.0.0/14'],
  [257, '10.192.0.0/12'],
];

for (const [count, expected] of poolsBySize) {
  defaults(`${count} hosts get ${expected}`, () => {
    assert.is(outcome({ hosts: numberedHosts(count) }).split(':')[0], expected);
  });
}

const steps: readonly { readonly what: string; readonly used: readonly string[]; readonly pool: string }[] = [
  { what: 'a network in it', used: ['10.208.3.0/24'], pool: '10.212.0.0/16' },
  { what: 'a network where it would grow', used: ['10.210.0.0/16'], pool: '10.212.0.0/16' },
  { what: 'all above 10.208 in use', used: ['10.192.0.0/10'], pool: '10.188.0.0/16' },
  { what: 'the company has 10/8', used: ['10.0.0.0/8'], pool: '172.28.0.0/16' },
  { what: 'Docker networks there too', used: ['10.0.0.0/8', '172.28.0.0/14'], pool: '172.24.0.0/16' },
  {
    what: 'no room to grow anywhere',
    used: ['10.0.0.0/8', '172.16.0.0/16', '172.21.0.0/16', '172.25.0.0/16', '172.29.0.0/16', '172.31.0.0/16'],
    pool: '172.30.0.0/16',
  },
  { what: 'only 192.168 left', used: ['10.0.0.0/8', '172.16.0.0/12'], pool: '192.168.128.0/17' },
  {
    what: 'and half of that',
    used: ['10.0.0.0/8', '172.16.0.0/12', '192.168.178.0/24'],
    pool: '192.168.192.0/18',
  },
];

for (const { what, used, pool: expected } of steps) {
  defaults(`steps aside: ${what}`, () => {
    const occupied = used.map((prefix) => buildOccupied(prefix, 'routed'));
    assert.is(outcome({ occupied }).split(':')[0], expected);
  });
}

defaults('nothing free is told with the widest networks', () => {
  const used = ['192.168.1.0/24', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
  const text = outcome({ occupied: used.map((prefix) => buildOccupied(prefix, 'routed', 'h2')) });
  assert.match(text, /^pool-overlap .*route \(10\.0\.0\.0\/8\) of h2, route \(172\.16.* -> Set `pool:`/);
});

defaults('more hosts than any default pool holds', () => {
  assert.match(
    outcome({ hosts: numberedHosts(1025) }),
    /^pool-overlap undefined: No private range .* 1025 blocks/,
  );
});

defaults('goes where the pins are', () => {
  const hosts = [{ ...h1, block: '10.50.4.0/22' }, h2];
  assert.is(outcome({ hosts }), '10.50.0.0/16: h1=10.50.4.0/22 pinned, h2=10.50.0.0/22 new');
});

defaults('is the one in use, which may have grown', () => {
  assert.match(outcome({ kept: keptIn({}, '10.60.0.0/16') }), /^10\.60\.0\.0\/16/);
  const grown = outcome({ kept: keptIn({}), held: heldBy({ h1: '10.208.0.0/22' }, '10.208.0.0/14') });
  assert.match(grown, /^10\.208\.0\.0\/14/);
});

defaults('pools that do not contain each other are refused by name', () => {
  const text = outcome({ kept: keptIn({}), held: heldBy({ h2: '10.60.0.0/22' }, '10.60.0.0/16') });
  assert.match(
    text,
    /^allocation-conflict .*10\.208\.0\.0\/16 \(the allocation file\), 10\.60\.0\.0\/16 \(host h2\)/,
  );
});

defaults.run();
