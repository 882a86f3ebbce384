import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allocate } from '../../../src/ipam/allocate.ts';
import type { AllocationInput, AllocationWarning } from '../../../src/ipam/model.ts';
import {
  buildAllocationInput,
  buildOccupied,
  heldBy,
  keptIn,
  numberedHosts,
  renderOutcome,
  warningsOf,
} from '../../support/allocation-builder.ts';

const h1 = { name: 'h1', place: 'mesh.yaml:4' };
const h2 = { name: 'h2', place: 'mesh.yaml:5' };
const h3 = { name: 'h3', place: 'mesh.yaml:6' };

/** Two hosts unless the test says others. */
function outcome(overrides: Partial<AllocationInput>): string {
  return renderOutcome({ hosts: [h1, h2], ...overrides });
}

function warnings(overrides: Partial<AllocationInput>): readonly AllocationWarning[] {
  return warningsOf({ hosts: [h1, h2], ...overrides });
}

const fresh = suite('ipam: allocate, new hosts');

fresh('the first free blocks, in inventory order', () => {
  assert.is(outcome({}), '10.208.0.0/16: h1=10.208.0.0/22 new, h2=10.208.4.0/22 new');
  assert.is(
    outcome({ pool: '10.50.0.0/16', hosts: [h2, h1] }),
    '10.50.0.0/16: h2=10.50.0.0/22 new, h1=10.50.4.0/22 new',
  );
});

fresh('a host may have a name that JavaScript objects have too', () => {
  assert.match(
    outcome({ hosts: [{ name: 'constructor' }, { name: '__proto__' }] }),
    /__proto__=10\.208\.4\.0\/22 new$/,
  );
});

fresh('around Docker networks, narrower routes and what the inventory avoids', () => {
  const occupied = [
    buildOccupied('10.50.0.0/24', 'docker', 'h1'),
    buildOccupied('10.50.4.128/25', 'docker', 'h2'),
    buildOccupied('10.50.8.0/21', 'routed', 'h2'),
    buildOccupied('10.50.16.0/22', 'avoided'),
  ];
  assert.match(
    outcome({ pool: '10.50.0.0/16', occupied }),
    /h1=10\.50\.20\.0\/22 new, h2=10\.50\.24\.0\/22 new$/,
  );
});

fresh('a pool that a company route covers is used, with a warning', () => {
  const input = { pool: '10.50.0.0/16', occupied: [buildOccupied('10.0.0.0/8', 'routed', 'h2')] };
  assert.match(outcome(input), /h1=10\.50\.0\.0\/22 new/);
  assert.equal(
    warnings(input).map((warning) => warning.kind),
    ['pool-covered'],
  );
});

fresh('a pool inside a LAN is refused by name', () => {
  const occupied = [buildOccupied('10.0.0.0/8', 'attached', 'h2')];
  assert.is(
    outcome({ pool: '10.50.0.0/16', occupied }),
    'pool-overlap undefined: The pool 10.50.0.0/16 lies inside address on eth0 (10.0.0.0/8) of h2 -> ' +
      'Set `pool:` in the inventory to a range that no host uses',
  );
});

fresh('a LAN inside the pool is refused by name', () => {
  assert.match(
    outcome({ pool: '10.50.0.0/16', occupied: [buildOccupied('10.50.0.0/24')] }),
    'pool-overlap undefined: The pool 10.50.0.0/16 contains address on eth0 (10.50.0.0/24) of h1',
  );
});

fresh('a LAN that comes up inside a pool in use is a warning', () => {
  const input = {
    pool: '10.208.0.0/16',
    held: heldBy({ h1: '10.208.0.0/22' }),
    occupied: [buildOccupied('10.208.200.0/24', 'attached', 'h2')],
  };
  const [warning] = warnings(input);
  assert.is(warning?.kind, 'pool-contains');
  assert.match(warning?.message ?? '', /10\.208\.200\.0\/24\) of h2/);
});

fresh('an exhausted pool says who has it, what is in the way, and how it grows', () => {
  const text = outcome({
    pool: '10.208.0.0/20',
    hosts: [h1, h2, h3],
    kept: keptIn({ h1: '10.208.0.0/22', old: '10.208.4.0/22' }, '10.208.0.0/20'),
    occupied: [buildOccupied('10.208.8.0/24', 'docker', 'h2')],
  });
  assert.is(
    text,
    'pool-exhausted undefined: The pool 10.208.0.0/20 has no free block of /22 for h3: 1 host has its blocks there; ' +
      'blocks are still kept for hosts that left the inventory (old); ' +
      'in use are docker network app (10.208.8.0/24) of h2 -> ' +
      'Set `pool: 10.208.0.0/18` in the inventory, which contains this one, so that all addresses stay; ' +
      'or give new hosts smaller blocks',
  );
});

fresh('a grown pool keeps every address', () => {
  const before = outcome({ pool: '10.208.0.0/22', hosts: [h1] });
  const after = outcome({ pool: '10.208.0.0/20', held: heldBy({ h1: '10.208.0.0/22' }, '10.208.0.0/22') });
  assert.is(before, '10.208.0.0/22: h1=10.208.0.0/22 new');
  assert.is(after, '10.208.0.0/20: h1=10.208.0.0/22 held, h2=10.208.4.0/22 new');
});

fresh('growth is not proposed out of private space', () => {
  const text = outcome({ pool: '192.168.0.0/16', blockLength: 16, docker0Length: 24 });
  assert.match(text, /pool-exhausted .* -> In the inventory, give new hosts smaller blocks/);
});

fresh.run();

const size = suite('ipam: allocate, size');

size('10,000 hosts in a /8 among 20,000 networks in use take well under a second', () => {
  const occupied = Array.from({ length: 20_000 }, (_, at) =>
    buildOccupied(`10.${(at * 7) % 256}.${(at * 13) % 256}.0/26`, 'docker', `h${at % 10_000}`),
  );
  const input = buildAllocationInput({
    pool: '10.0.0.0/8',
    blockLength: 24,
    docker0Length: 25,
    hosts: numberedHosts(10_000),
    occupied,
  });
  const started = performance.now();
  const result = allocate(input);
  const took = performance.now() - started;
  assert.is(result.kind === 'allocated' && result.blocks.size, 10_000);
  assert.ok(took < 1000, `${Math.round(took)} ms`);
});

size.run();
