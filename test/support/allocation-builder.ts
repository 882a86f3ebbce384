/** Small inputs for the allocation, and its outcome in a line. */
import { allocate } from '../../src/ipam/allocate.ts';
import type { AllocationInput, AllocationWarning, Occupied, OccupiedKind } from '../../src/ipam/model.ts';

/** No pool, blocks of /22, no hosts, no memories, nothing in use. */
export function buildAllocationInput(overrides: Partial<AllocationInput> = {}): AllocationInput {
  return {
    pool: undefined,
    blockLength: 22,
    docker0Length: 24,
    networkLength: 24,
    hosts: [],
    kept: undefined,
    held: new Map(),
    rumours: new Map(),
    occupied: [],
    ...overrides,
  };
}

export function buildOccupied(prefix: string, kind: OccupiedKind = 'attached', host = 'h1'): Occupied {
  const what = {
    attached: 'address on eth0',
    routed: 'route',
    docker: 'docker network app',
    avoided: 'avoid',
  };
  return kind === 'avoided' ? { prefix, kind, what: what[kind] } : { prefix, kind, host, what: what[kind] };
}

/** `pool: host=block reason, …`, or the problems as `code host message -> cure`. */
export function renderOutcome(overrides: Partial<AllocationInput>): string {
  const result = allocate(buildAllocationInput(overrides));
  if (result.kind === 'refused') {
    return result.problems.map((one) => `${one.code} ${one.host}: ${one.message} -> ${one.cure}`).join('\n');
  }
  const blocks = [...result.blocks].map(([name, { block, reason }]) => `${name}=${block} ${reason}`);
  return `${result.pool}: ${blocks.join(', ')}`;
}

export function warningsOf(overrides: Partial<AllocationInput>): readonly AllocationWarning[] {
  const result = allocate(buildAllocationInput(overrides));
  return result.kind === 'allocated' ? result.warnings : [];
}

export function heldBy(
  blocks: Readonly<Record<string, string>>,
  pool = '10.208.0.0/16',
): AllocationInput['held'] {
  return new Map(Object.entries(blocks).map(([name, block]) => [name, { pool, block }]));
}

export function keptIn(
  blocks: Readonly<Record<string, string>>,
  pool = '10.208.0.0/16',
): AllocationInput['kept'] {
  return { pool, blocks: new Map(Object.entries(blocks)) };
}

export function numberedHosts(count: number): AllocationInput['hosts'] {
  return Array.from({ length: count }, (_, at) => ({ name: `h${at + 1}` }));
}
