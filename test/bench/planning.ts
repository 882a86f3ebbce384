import { createHash } from 'node:crypto';
import type { Inventory, InventoryHost } from '../../src/inventory/model.ts';
import { allocate } from '../../src/ipam/allocate.ts';
import { occupiedBy } from '../../src/ipam/occupied.ts';
import { planMesh } from '../../src/plan/plan.ts';
import type { PlanInput } from '../../src/plan/survey.ts';
import { buildDocker, buildFacts, buildInterfaces } from '../support/facts-builder.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { comparePairs } from './measure.ts';

/** In static mode each host has a route to each other, so a whole plan grows with the square of the hosts. */
export const planning: Benchmark = {
  name: 'planning',
  question:
    'a first plan against writing and reading it as JSON; allocation of ten times the hosts against one time',
  run: async () => [await planRow(200, 10), await planRow(1000, 3), await allocationRow(10_000, 5)],
};

async function planRow(hosts: number, pairs: number): Promise<Row> {
  const input = meshOf(hosts);
  const plan = planMesh(input);
  const refused = plan.hosts.filter((host) => host.kind !== 'ready');
  if (refused.length > 0) throw new Error(`${refused.length} of ${hosts} hosts are not planned`);
  return {
    subject: `plan of ${hosts} hosts`,
    rival: 'its JSON, written and read',
    comparison: await comparePairs(
      { name: 'plan', run: () => void planMesh(input) },
      { name: 'JSON', run: () => void JSON.parse(JSON.stringify(plan)) },
      pairs,
    ),
  };
}

async function allocationRow(hosts: number, pairs: number): Promise<Row> {
  const [many, few] = [meshOf(hosts), meshOf(hosts / 10)];
  return {
    subject: `allocation for ${hosts} hosts`,
    rival: `for ${hosts / 10}`,
    comparison: await comparePairs(
      { name: 'many', run: () => allocateAll(many) },
      { name: 'few', run: () => allocateAll(few) },
      pairs,
    ),
  };
}

function allocateAll({ inventory, facts }: PlanInput): void {
  const none = { kept: undefined, held: new Map(), rumours: new Map() };
  const result = allocate({ ...inventory, ...none, occupied: occupiedBy(facts) });
  if (result.kind === 'refused') throw new Error(result.problems[0]?.message);
}

/** Fresh hosts with Docker in one segment. */
function meshOf(count: number): PlanInput {
  const hosts = Array.from({ length: count }, (_, index) => hostNamed(`h${index + 1}`));
  const inventory: Inventory = {
    mesh: 'bench',
    source: 'bench.yaml',
    allocationFile: undefined,
    mode: 'static',
    pool: '10.128.0.0/9',
    blockLength: 23,
    docker0Length: 24,
    networkLength: 26,
    avoid: [],
    parallel: 50,
    hosts,
  };
  const facts = new Map(hosts.map(({ name }, index) => [name, factsOf(name, index + 1)]));
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  return { inventory, facts, failures: new Map(), kept: undefined, programs: {}, sha256 };
}

function hostNamed(name: string): InventoryHost {
  return {
    name,
    groups: [],
    connection: { alias: name, privilege: { kind: 'none' }, hostKeys: 'strict', connectTimeout: 10 },
    dockerRestart: 'allowed',
    place: 'bench.yaml:1',
  };
}

function factsOf(hostname: string, index: number) {
  const address = `10.0.${index >> 8}.${index & 255}/16`;
  const interfaces = buildInterfaces({ eth0: address, docker0: '172.17.0.1/16' });
  return buildFacts({ hostname, ...interfaces, docker: buildDocker() });
}
