/** What the hosts remember of the allocation: each its own block, and those of the peers that it routes to. */
import type { Facts } from '../facts/model.ts';
import type { HeldAllocation } from './model.ts';

export type HostMemories = {
  readonly held: ReadonlyMap<string, HeldAllocation>;
  readonly rumours: ReadonlyMap<string, string>;
};

/**
 * @param facts host name -> facts, of the hosts that answered
 * @param mesh what a host remembers of another mesh is left out
 * @returns where peers disagree about a host, the block that most of them name, of equals the lower in text order
 */
export function rememberedBy(
  facts: ReadonlyMap<string, Pick<Facts, 'footprint'>>,
  mesh: string,
): HostMemories {
  const held = new Map<string, HeldAllocation>();
  const votes = new Map<string, Map<string, number>>();
  for (const [host, { footprint }] of facts) {
    if (footprint?.mesh !== mesh) continue;
    held.set(host, { pool: footprint.pool, block: footprint.block });
    for (const [peer, block] of Object.entries(footprint.peers)) {
      const counts = votes.get(peer) ?? new Map<string, number>();
      votes.set(peer, counts.set(block, (counts.get(block) ?? 0) + 1));
    }
  }
  return { held, rumours: new Map([...votes].map(([peer, counts]) => [peer, mostNamed(counts)])) };
}

function mostNamed(counts: ReadonlyMap<string, number>): string {
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? '';
}
