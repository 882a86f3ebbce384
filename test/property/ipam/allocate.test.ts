import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allocate } from '../../../src/ipam/allocate.ts';
import type { Allocation, AllocationHost, AllocationInput, Occupied } from '../../../src/ipam/model.ts';
import {
  checkedPrefix,
  contains,
  formatPrefix,
  overlaps,
  prefixOf,
  sizeOf,
} from '../../../src/net/prefix.ts';
import { buildAllocationInput, buildOccupied } from '../../support/allocation-builder.ts';

const properties = suite('ipam: properties of the allocation');
const runs = { numRuns: 150 };

const poolText = '10.208.0.0/18';
const pool = checkedPrefix(poolText);
/** Blocks of /22 in the pool. */
const capacity = sizeOf(pool.length) / sizeOf(22);

const hostNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9.-]{0,6}$/), {
  minLength: 1,
  maxLength: 12,
});

/** Prefixes in the pool and around it, none as wide as the pool. */
const foreign = fc
  .tuple(
    fc.integer({ min: pool.address - 4096, max: pool.address + 20_000 }),
    fc.integer({ min: 20, max: 32 }),
  )
  .map(([address, length]) => formatPrefix(prefixOf(address, length)));
const occupiedBy = fc.array(
  fc
    .tuple(foreign, fc.constantFrom('attached', 'routed', 'docker', 'avoided'))
    .map(([prefix, kind]): Occupied => buildOccupied(prefix, kind, 'elsewhere')),
  { maxLength: 6 },
);

function hostsOf(names: readonly string[]): readonly AllocationHost[] {
  return names.map((name) => ({ name }));
}

function blocksOf(input: Partial<AllocationInput>): ReadonlyMap<string, string> {
  return new Map([...mustAllocate(input).blocks].map(([name, { block }]) => [name, block]));
}

function mustAllocate(input: Partial<AllocationInput>): Allocation {
  const result = allocate(buildAllocationInput({ pool: poolText, ...input }));
  if (result.kind === 'allocated') return result;
  throw new Error(result.problems.map((problem) => problem.message).join('\n'));
}

function heldFrom(blocks: ReadonlyMap<string, string>): AllocationInput['held'] {
  return new Map([...blocks].map(([name, block]) => [name, { pool: poolText, block }]));
}

function pick(blocks: ReadonlyMap<string, string>, names: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map([...blocks].filter(([name]) => names.has(name)));
}

properties('blocks lie in the pool and overlap neither each other nor what is in use', () => {
  fc.assert(
    fc.property(hostNames, occupiedBy, (names, occupied) => {
      const result = allocate(buildAllocationInput({ pool: poolText, hosts: hostsOf(names), occupied }));
      if (result.kind === 'refused') return;
      const blocks = [...result.blocks.values()].map(({ block }) => checkedPrefix(block));
      for (const [at, block] of blocks.entries()) {
        assert.ok(contains(pool, block));
        assert.not.ok(blocks.slice(at + 1).some((other) => overlaps(block, other)));
        assert.not.ok(occupied.some(({ prefix }) => overlaps(block, checkedPrefix(prefix))));
      }
    }),
    runs,
  );
});

properties('new hosts are refused only when every block of the pool is in use', () => {
  const crowd = fc.integer({ min: 1, max: capacity + 3 });
  fc.assert(
    fc.property(crowd, occupiedBy, (count, everything) => {
      // A LAN inside a pool that nobody uses yet is refused before any block is looked for.
      const occupied = everything.filter(
        ({ kind, prefix }) => kind !== 'attached' || !contains(pool, checkedPrefix(prefix)),
      );
      const hosts = hostsOf(Array.from({ length: count }, (_, at) => `h${at}`));
      const free = Array.from({ length: capacity }, (_, at) =>
        prefixOf(pool.address + at * sizeOf(22), 22),
      ).filter((block) => !occupied.some(({ prefix }) => overlaps(block, checkedPrefix(prefix))));
      const result = allocate(buildAllocationInput({ pool: poolText, hosts, occupied }));
      assert.is(result.kind, count <= free.length ? 'allocated' : 'refused');
      if (result.kind === 'refused')
        assert.equal(
          result.problems.map(({ code }) => code),
          ['pool-exhausted'],
        );
    }),
    runs,
  );
});

properties('docker0 and the networks are the block exactly, and are what Docker takes', () => {
  const lengths = fc
    .tuple(
      fc.integer({ min: 18, max: 30 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 16, max: 30 }),
    )
    .map(([block, more, network]) => ({ block, docker0: Math.min(block + more, 30), network }));
  fc.assert(
    fc.property(lengths, ({ block, docker0, network }) => {
      const input = {
        blockLength: block,
        docker0Length: docker0,
        networkLength: network,
        hosts: hostsOf(['h']),
      };
      const parts = mustAllocate(input).blocks.get('h');
      if (!parts) throw new Error('no block');
      const bases = parts.networks.map(({ base }) => checkedPrefix(base));
      let end = checkedPrefix(parts.block).address;
      for (const part of [checkedPrefix(parts.docker0), ...bases]) {
        assert.is(part.address, end);
        assert.equal(prefixOf(part.address, part.length), part);
        end += sizeOf(part.length);
      }
      assert.is(end, checkedPrefix(parts.block).address + sizeOf(block));
      for (const { base, size } of parts.networks)
        assert.ok(size >= checkedPrefix(base).length && size >= network);
    }),
    runs,
  );
});

properties('what hosts have is kept when others come, go or change places', () => {
  const twoInventories = hostNames.chain((names) =>
    fc.tuple(fc.shuffledSubarray(names, { minLength: 1 }), fc.shuffledSubarray(names, { minLength: 1 })),
  );
  fc.assert(
    fc.property(twoInventories, ([before, after]) => {
      const first = blocksOf({ hosts: hostsOf(before) });
      const second = blocksOf({ hosts: hostsOf(after), kept: { pool: poolText, blocks: first } });
      for (const [name, block] of first) if (second.has(name)) assert.is(second.get(name), block);
      // Nor does anybody get the block of a host that has just left.
      const left = new Set([...first].filter(([name]) => !second.has(name)).map(([, block]) => block));
      assert.not.ok([...second.values()].some((block) => left.has(block)));
    }),
    runs,
  );
});

properties('one memory of each host is enough, whichever it is, and with no pool in the inventory', () => {
  const losses = fc.array(fc.constantFrom('held', 'kept', 'peers', 'all three'), {
    minLength: 12,
    maxLength: 12,
  });
  fc.assert(
    fc.property(hostNames, losses, fc.boolean(), (names, lots, named) => {
      const blocks = blocksOf({ hosts: hostsOf(names) });
      const who = (memory: string): ReadonlySet<string> =>
        new Set(names.filter((_, at) => lots[at] === memory || lots[at] === 'all three'));
      const again = mustAllocate({
        pool: named ? poolText : undefined,
        hosts: hostsOf(names),
        kept: { pool: poolText, blocks: pick(blocks, who('kept')) },
        held: heldFrom(pick(blocks, who('held'))),
        rumours: pick(blocks, who('peers')),
      });
      assert.is(again.pool, poolText);
      assert.equal(new Map([...again.blocks].map(([name, { block }]) => [name, block])), blocks);
    }),
    runs,
  );
});

properties('the file and any one host may be lost together', () => {
  fc.assert(
    fc.property(hostNames, fc.nat(), (names, at) => {
      fc.pre(names.length > 1);
      const blocks = blocksOf({ hosts: hostsOf(names) });
      const lost = names[at % names.length] ?? '';
      const held = heldFrom(blocks);
      const others = new Map([...held].filter(([name]) => name !== lost));
      assert.equal(
        blocksOf({ pool: undefined, hosts: hostsOf(names), held: others, rumours: blocks }),
        blocks,
      );
    }),
    runs,
  );
});

properties('pins are honoured and move nobody else', () => {
  const places = fc.uniqueArray(fc.integer({ min: 0, max: capacity - 1 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(hostNames, places, (names, pins) => {
      fc.pre(names.length + pins.length <= capacity);
      const before = blocksOf({ hosts: hostsOf(names) });
      const hosts = names.map((name, at) => {
        const place = pins[at];
        if (place === undefined) return { name };
        return { name, block: formatPrefix({ address: pool.address + place * sizeOf(22), length: 22 }) };
      });
      const result = allocate(buildAllocationInput({ pool: poolText, hosts, held: heldFrom(before) }));
      const movers = new Set(hosts.filter((host) => host.block).map((host) => host.name));
      const stayers = new Set([...before].filter(([name]) => !movers.has(name)).map(([, block]) => block));
      const collides = hosts.some((host) => host.block !== undefined && stayers.has(host.block));
      assert.is(result.kind, collides ? 'refused' : 'allocated');
      if (result.kind === 'refused') return;
      for (const host of hosts) {
        assert.is(result.blocks.get(host.name)?.block, host.block ?? before.get(host.name));
      }
    }),
    runs,
  );
});

properties('a default pool touches nothing on any host', () => {
  const anywhere = fc.array(
    fc
      .tuple(
        fc.nat({ max: 2 ** 32 - 1 }),
        fc.integer({ min: 8, max: 32 }),
        fc.constantFrom('attached', 'routed'),
      )
      .map(([address, length, kind]) => buildOccupied(formatPrefix(prefixOf(address, length)), kind)),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(hostNames, anywhere, (names, occupied) => {
      const result = allocate(buildAllocationInput({ hosts: hostsOf(names), occupied }));
      if (result.kind === 'refused') return;
      const chosen = checkedPrefix(result.pool);
      assert.not.ok(occupied.some(({ prefix }) => overlaps(chosen, checkedPrefix(prefix))));
    }),
    runs,
  );
});

properties('allocating again from its own result changes nothing', () => {
  fc.assert(
    fc.property(hostNames, occupiedBy, (names, occupied) => {
      const input = { pool: poolText, hosts: hostsOf(names), occupied };
      const first = allocate(buildAllocationInput(input));
      if (first.kind === 'refused') return;
      const blocks = new Map([...first.blocks].map(([name, { block }]) => [name, block]));
      const kept = { pool: first.pool, blocks };
      assert.equal(blocksOf({ ...input, kept }), blocks);
      assert.equal(
        blocksOf({ ...input, pool: undefined, kept, held: heldFrom(blocks), rumours: blocks }),
        blocks,
      );
    }),
    runs,
  );
});

properties.run();
