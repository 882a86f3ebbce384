import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allocate } from '../../../src/ipam/allocate.ts';
import type { AllocationInput, AllocationWarning } from '../../../src/ipam/model.ts';
import { buildAllocationInput, buildOccupied } from '../../support/allocation-builder.ts';

const h1 = { name: 'h1', place: 'mesh.yaml:4' };
const h2 = { name: 'h2', place: 'mesh.yaml:5' };
const h3 = { name: 'h3', place: 'mesh.yaml:6' };
const pool = '10.208.0.0/16';

/** `pool: host=block reason, …`, or the problems as `code host message -> cure`. */
function outcome(overrides: Partial<AllocationInput>): string {
  const result = allocate(buildAllocationInput({ hosts: [h1, h2], ...overrides }));
  if (result.kind === 'refused') {
    return result.problems.map((one) => `${one.code} ${one.host}: ${one.message} -> ${one.cure}`).join('\n');
  }
  const blocks = [...result.blocks].map(([name, { block, reason }]) => `${name}=${block} ${reason}`);
  return `${result.pool}: ${blocks.join(', ')}`;
}

function warnings(overrides: Partial<AllocationInput>): readonly AllocationWarning[] {
  const result = allocate(buildAllocationInput({ hosts: [h1, h2], ...overrides }));
  return result.kind === 'allocated' ? result.warnings : [];
}

function held(blocks: Readonly<Record<string, string>>, of = pool): AllocationInput['held'] {
  return new Map(Object.entries(blocks).map(([name, block]) => [name, { pool: of, block }]));
}

function kept(blocks: Readonly<Record<string, string>>, of = pool): AllocationInput['kept'] {
  return { pool: of, blocks: new Map(Object.entries(blocks)) };
}

function names(count: number): AllocationInput['hosts'] {
  return Array.from({ length: count }, (_, at) => ({ name: `h${at + 1}` }));
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

fresh('around LANs, Docker networks, narrower routes and what the inventory avoids', () => {
  const occupied = [
    buildOccupied('10.50.0.0/24'),
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

fresh('a LAN inside the pool is a warning', () => {
  const [warning] = warnings({ pool: '10.50.0.0/16', occupied: [buildOccupied('10.50.0.0/24')] });
  assert.is(warning?.kind, 'pool-contains');
  assert.match(warning?.message ?? '', /10\.50\.0\.0\/24\) of h1/);
});

fresh('an exhausted pool says who has it, what is in the way, and how it grows', () => {
  const text = outcome({
    pool: '10.208.0.0/20',
    hosts: [h1, h2, h3],
    kept: kept({ h1: '10.208.0.0/22', old: '10.208.4.0/22' }, '10.208.0.0/20'),
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
  const after = outcome({ pool: '10.208.0.0/20', held: held({ h1: '10.208.0.0/22' }, '10.208.0.0/22') });
  assert.is(before, '10.208.0.0/22: h1=10.208.0.0/22 new');
  assert.is(after, '10.208.0.0/20: h1=10.208.0.0/22 held, h2=10.208.4.0/22 new');
});

fresh('growth is not proposed out of private space', () => {
  const text = outcome({ pool: '192.168.0.0/16', blockLength: 16, docker0Length: 24 });
  assert.match(text, /pool-exhausted .* -> In the inventory, give new hosts smaller blocks/);
});

fresh.run();

const defaults = suite('ipam: allocate, default pool');

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
    assert.is(outcome({ hosts: names(count) }).split(':')[0], expected);
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
  assert.match(outcome({ hosts: names(1025) }), /^pool-overlap undefined: No private range .* 1025 blocks/);
});

defaults('goes where the pins are', () => {
  const hosts = [{ ...h1, block: '10.50.4.0/22' }, h2];
  assert.is(outcome({ hosts }), '10.50.0.0/16: h1=10.50.4.0/22 pinned, h2=10.50.0.0/22 new');
});

defaults('is the one in use, which may have grown', () => {
  assert.match(outcome({ kept: kept({}, '10.60.0.0/16') }), /^10\.60\.0\.0\/16/);
  const grown = outcome({ kept: kept({}), held: held({ h1: '10.208.0.0/22' }, '10.208.0.0/14') });
  assert.match(grown, /^10\.208\.0\.0\/14/);
});

defaults('pools that do not contain each other are refused by name', () => {
  const text = outcome({ kept: kept({}), held: held({ h2: '10.60.0.0/22' }, '10.60.0.0/16') });
  assert.match(
    text,
    /^allocation-conflict .*10\.208\.0\.0\/16 \(the allocation file\), 10\.60\.0\.0\/16 \(host h2\)/,
  );
});

defaults.run();

const memories = suite('ipam: allocate, memories');

memories('pin before host before file before peers', () => {
  const input = {
    pool,
    hosts: [{ ...h1, block: '10.208.40.0/22' }, h2, h3, { name: 'h4' }],
    held: held({ h1: '10.208.0.0/22', h2: '10.208.44.0/22' }),
    kept: kept({ h1: '10.208.0.0/22', h2: '10.208.4.0/22', h3: '10.208.48.0/22' }),
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
    held: held({ h1: '10.208.0.0/22' }),
    kept: kept({ gone: '10.208.4.0/22' }),
  };
  assert.match(outcome(input), /h2=10\.208\.12\.0\/22 new$/);
});

memories('a block of another size than new ones get stays as it is', () => {
  assert.match(
    outcome({ held: held({ h1: '10.208.0.0/23' }) }),
    /h1=10\.208\.0\.0\/23 held, h2=10\.208\.4\.0\/22 new$/,
  );
});

memories('an outdated file gives way to what another host holds', () => {
  const input = {
    held: held({ h1: '10.208.4.0/22' }),
    kept: kept({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }),
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

memories('what is in use is kept although a network overlaps it, and said', () => {
  const input = {
    held: held({ h1: '10.208.0.0/22' }),
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
  assert.equal(warnings({ kept: kept({ h1: '10.208.0.0/22' }), occupied }), []);
  assert.is(warnings({ kept: kept({ h2: '10.208.0.0/22' }), occupied }).length, 1);
});

memories.run();

const conflicts = suite('ipam: allocate, conflicts');

type Conflict = { readonly what: string; readonly input: Partial<AllocationInput>; readonly says: RegExp };

const wrong: readonly Conflict[] = [
  {
    what: 'two hosts hold the same block',
    input: { held: held({ h1: '10.208.0.0/22', h2: '10.208.0.0/22' }) },
    says: /^allocation-conflict h2: Blocks overlap: h1 holds 10\.208\.0\.0\/22, and h2 holds .* -> Pin another `block:`/,
  },
  {
    what: 'a held block lies in another one',
    input: { held: held({ h1: '10.208.0.0/22', h2: '10.208.1.0/24' }) },
    says: /^allocation-conflict h2: .*h2 holds 10\.208\.1\.0\/24/,
  },
  {
    what: 'the file names a block twice',
    input: { kept: kept({ h1: '10.208.0.0/22', h2: '10.208.0.0/22' }) },
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
    input: { hosts: [{ ...h1, block: '10.208.4.0/22' }, h2], held: held({ h2: '10.208.4.0/22' }) },
    says: /^pin-conflict h2: .*is pinned for h1, and h2 holds 10\.208\.4\.0\/22 -> [^\n]*$/,
  },
  {
    what: 'a pin takes what a host that is down may run on',
    input: { hosts: [{ ...h1, block: '10.208.4.0/22' }, h2], kept: kept({ h2: '10.208.4.0/22' }) },
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
      occupied: [buildOccupied('10.208.1.0/24', 'attached', 'h9')],
    },
    says: /^pin-conflict h1: .*overlaps address on eth0 \(10\.208\.1\.0\/24\) of h9/,
  },
  {
    what: 'the pool was changed under hosts that run',
    input: { pool: '10.50.0.0/16', held: held({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }) },
    says: /^allocation-conflict undefined: Outside the pool 10\.50\.0\.0\/16: h1 holds 10\.208\.0\.0\/22, h2 holds [^\n]*$/,
  },
  {
    what: 'docker0 outgrew a block',
    input: { docker0Length: 21, blockLength: 20, held: held({ h1: '10.208.0.0/22' }) },
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
  const input = { hosts, held: held({ h1: '10.208.0.0/22', h2: '10.208.4.0/22' }) };
  assert.is(outcome(input), `${pool}: h1=10.208.4.0/22 pinned, h2=10.208.0.0/22 pinned`);
});

conflicts('a pin moves a host out of an old pool', () => {
  const input = {
    pool: '10.50.0.0/16',
    hosts: [{ ...h1, block: '10.50.0.0/22' }],
    held: held({ h1: '10.208.0.0/22' }),
  };
  assert.is(outcome(input), '10.50.0.0/16: h1=10.50.0.0/22 pinned');
});

conflicts.run();

const size = suite('ipam: allocate, size');

size('10,000 hosts in a /8 among 20,000 networks in use take well under a second', () => {
  const occupied = Array.from({ length: 20_000 }, (_, at) =>
    buildOccupied(`10.${(at * 7) % 256}.${(at * 13) % 256}.0/26`, 'docker', `h${at % 10_000}`),
  );
  const input = buildAllocationInput({
    pool: '10.0.0.0/8',
    blockLength: 24,
    docker0Length: 25,
    hosts: names(10_000),
    occupied,
  });
  const started = performance.now();
  const result = allocate(input);
  const took = performance.now() - started;
  assert.is(result.kind === 'allocated' && result.blocks.size, 10_000);
  assert.ok(took < 1000, `${Math.round(took)} ms`);
});

size.run();
