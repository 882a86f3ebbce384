import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allocate } from '../../../src/ipam/allocate.ts';
import type { AllocationInput, AllocationWarning } from '../../../src/ipam/model.ts';
import {
  buildAllocationInput,
  buildOccupied,
  heldBy,
  keptIn,
  renderOutcome,
  warningsOf,
} from '../../support/allocation-builder.ts';

const h1 = { name: 'h1', place: 'mesh.yaml:4' };
const h2 = { name: 'h2', place: 'mesh.yaml:5' };
const h3 = { name: 'h3', place: 'mesh.yaml:6' };
const pool = '10.208.0.0/16';

/** Two hosts unless the test says others. */
function outcome(overrides: Partial<AllocationInput>): string {
  return renderOutcome({ hosts: [h1, h2], ...overrides });
}

function warnings(overrides: Partial<AllocationInput>): readonly AllocationWarning[] {
  return warningsOf({ hosts: [h1, h2], ...overrides });
}

const memories = suite('ipam: claims, memories');

memories('pin before host before file before peers', () => {
  const input = {
    pool,
    hosts: [{ ...h1, block: '10.208.40.0/22' }, h2, h3, { name: 'h4' }],
    held: heldBy({ h1: '10.208.0.0/22', h2: '10.208.44.0/22' }),
    kept: keptIn({ h1: '10.208.0.0/22', h2: '10.208.4.0/22', h3: '10.208.48.0/22' }),
    rumours: new Map([
      ['h3', '10.208.8.0/22'],
      ['h4', '10.208.52.0/22'],
    ]),
  };
  assert.is(
    outcome(input),
    `${pool}: h1=10.208.40.0/22 pinned, h2=10.208.44.0/22 held, h3=10.208.48.0/22 kept, h4=10.208.52.0/22 peers`,
  );
});

memories('new blocks keep clear of what hosts leave behind', () => {
  const input = {
    hosts: [{ ...h1, block: '10.208.8.0/22' }, h2],
    held: heldBy({ h1: '10.208.0.0/22' }),
    kept: keptIn({ gone: '10.208.4.0/22' }),
  };
  assert.match(outcome(input), /h2=10\.208\.12\.0\/22 new$/);
});

memories('a block of another size than new ones get stays as it is', () => {
  assert.match(
    outcome({ held: heldBy({ h1: '10.208.0.0/23' }) }),
    /h1=10\.208\.0\.0\/23 held, h2=10\.208\.4\.0\/22 new$/,
  );
});

memories('an outdated file gives way to what another host holds', () => {
  const input = {
    held: heldBy({ h1: '10.208.4.0/22' }),
    kept: keptIn({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }),
    rumours: new Map([['h2', '10.208.8.0/22']]),
  };
  assert.is(outcome(input), `${pool}: h1=10.208.4.0/22 held, h2=10.208.8.0/22 peers`);
  assert.equal(warnings(input), [
    {
      kind: 'claim-superseded',
      host: 'h2',
      message: 'Passed over: the allocation file gives 10.208.4.0/22 to h2, but h1 holds 10.208.4.0/22',
    },
  ]);
});

memories('a pin goes before what only old routes of other hosts say', () => {
  const input = {
    pool,
    hosts: [{ ...h1, block: '10.208.0.0/22' }, h2],
    rumours: new Map([['h2', '10.208.0.0/22']]),
  };
  assert.is(outcome(input), `${pool}: h1=10.208.0.0/22 pinned, h2=10.208.4.0/22 new`);
});

memories('what is in use is kept although a network overlaps it, and said', () => {
  const input = {
    held: heldBy({ h1: '10.208.0.0/22' }),
    occupied: [buildOccupied('10.208.1.0/24', 'attached', 'h2')],
  };
  assert.match(outcome(input), /h1=10\.208\.0\.0\/22 held/);
  assert.equal(
    warnings(input).map((warning) => `${warning.kind} ${warning.host}`),
    ['pool-contains undefined', 'block-overlapped h1'],
  );
});

memories("a host's own Docker networks inside its block are no overlap", () => {
  const occupied = [buildOccupied('10.208.1.0/24', 'docker', 'h1')];
  assert.equal(warnings({ kept: keptIn({ h1: '10.208.0.0/22' }), occupied }), []);
  assert.is(warnings({ kept: keptIn({ h2: '10.208.0.0/22' }), occupied }).length, 1);
});

memories.run();

const conflicts = suite('ipam: claims, conflicts');

type Conflict = { readonly what: string; readonly input: Partial<AllocationInput>; readonly says: RegExp };

const wrong: readonly Conflict[] = [
  {
    what: 'two hosts hold the same block',
    input: { held: heldBy({ h1: '10.208.0.0/22', h2: '10.208.0.0/22' }) },
    says: /^allocation-conflict h2: Blocks overlap: h1 holds 10\.208\.0\.0\/22, and h2 holds .* -> Pin another `block:`/,
  },
  {
    what: 'a held block lies in another one',
    input: { held: heldBy({ h1: '10.208.0.0/22', h2: '10.208.1.0/24' }) },
    says: /^allocation-conflict h2: .*h2 holds 10\.208\.1\.0\/24/,
  },
  {
    what: 'the file names a block twice',
    input: { kept: keptIn({ h1: '10.208.0.0/22', h2: '10.208.0.0/22' }) },
    says: /^allocation-conflict h2: .*file gives .* to h1, and the .* to h2 -> Correct the allocation file/,
  },
  {
    what: 'peers route one block to two hosts',
    input: {
      pool,
      rumours: new Map([
        ['h1', '10.208.0.0/22'],
        ['h2', '10.208.0.0/22'],
      ]),
    },
    says: /^allocation-conflict h2: .* -> Pin a `block:` in the inventory for both$/,
  },
  {
    what: 'two pins overlap',
    input: {
      hosts: [
        { ...h1, block: '10.208.0.0/22' },
        { ...h2, block: '10.208.3.0/24' },
      ],
    },
    says: /^pin-conflict h2: Blocks overlap: 10\.208\.0\.0\/22 is pinned for h1, and 10\.208\.3\.0\/24 is pinned for h2 -> Give one/,
  },
  {
    what: 'a pin takes what another host runs on',
    input: { hosts: [{ ...h1, block: '10.208.4.0/22' }, h2], held: heldBy({ h2: '10.208.4.0/22' }) },
    says: /^pin-conflict h2: .*is pinned for h1, and h2 holds 10\.208\.4\.0\/22 -> [^\n]*$/,
  },
  {
    what: 'a pin takes what a host that is down may run on',
    input: { hosts: [{ ...h1, block: '10.208.4.0/22' }, h2], kept: keptIn({ h2: '10.208.4.0/22' }) },
    says: /^pin-conflict h2: .*file gives 10\.208\.4\.0\/22 to h2/,
  },
  {
    what: 'a pin outside the pool',
    input: { pool, hosts: [{ ...h1, block: '10.50.0.0/22' }] },
    says: /^pin-conflict h1: 10\.50\.0\.0\/22 is pinned for h1, which is outside the pool 10\.208\.0\.0\/16/,
  },
  {
    what: 'a pin without room for docker0',
    input: { pool, hosts: [{ ...h1, block: '10.208.0.0/25' }] },
    says: /^pin-conflict h1: .*too small for a docker0 of \/24/,
  },
  {
    what: 'a pin on a LAN',
    input: {
      pool,
      hosts: [{ ...h1, block: '10.208.0.0/22' }],
      held: heldBy({ h2: '10.208.4.0/22' }),
      occupied: [buildOccupied('10.208.1.0/24', 'attached', 'h9')],
    },
    says: /^pin-conflict h1: .*overlaps address on eth0 \(10\.208\.1\.0\/24\) of h9/,
  },
  {
    what: 'the pool was changed under hosts that run',
    input: { pool: '10.50.0.0/16', held: heldBy({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }) },
    says: /^allocation-conflict undefined: Outside the pool 10\.50\.0\.0\/16: h1 holds 10\.208\.0\.0\/22, h2 holds [^\n]*$/,
  },
  {
    what: 'docker0 outgrew a block',
    input: { docker0Length: 21, blockLength: 20, held: heldBy({ h1: '10.208.0.0/22' }) },
    says: /^allocation-conflict h1: h1 holds 10\.208\.0\.0\/22, which is too small/,
  },
];

for (const { what, input, says } of wrong) {
  conflicts(what, () => {
    assert.match(outcome(input), says);
  });
}

conflicts('all problems are told at once, with the place of the pin', () => {
  const hosts = [
    { ...h1, block: '10.50.0.0/22' },
    { ...h2, block: '10.208.0.0/25' },
  ];
  const result = allocate(buildAllocationInput({ pool, hosts }));
  const places = result.kind === 'refused' ? result.problems.map((problem) => problem.place) : [];
  assert.equal(places, ['mesh.yaml:4', 'mesh.yaml:5']);
});

conflicts('a swap by two pins is no conflict', () => {
  const hosts = [
    { ...h1, block: '10.208.4.0/22' },
    { ...h2, block: '10.208.0.0/22' },
  ];
  const input = { hosts, held: heldBy({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }) };
  assert.is(outcome(input), `${pool}: h1=10.208.4.0/22 pinned, h2=10.208.0.0/22 pinned`);
});

conflicts('a pin moves a host out of an old pool', () => {
  const input = {
    pool: '10.50.0.0/16',
    hosts: [{ ...h1, block: '10.50.0.0/22' }],
    held: heldBy({ h1: '10.208.0.0/22' }),
  };
  assert.is(outcome(input), '10.50.0.0/16: h1=10.50.0.0/22 pinned');
});

conflicts.run();
