/** Small inputs for the allocation. */
import type { AllocationInput, Occupied, OccupiedKind } from '../../src/ipam/model.ts';

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
