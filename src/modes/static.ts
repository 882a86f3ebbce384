/** Static mode: one route per peer's block, pushed to each host. */
import type { Link } from '../links/link-end.ts';
import type { DesiredRoute } from './desired.ts';

/** A peer, its block, and how this host reaches it. */
export type ReachedPeer = { readonly peer: string; readonly block: string; readonly link: Link };

function routeTo({ peer, block, link }: ReachedPeer): DesiredRoute {
  const route = { peer, type: 'unicast', destination: block } as const;
  if (link.kind === 'direct') return { ...route, via: link.address };
  return link.onlink === undefined
    ? { ...route, via: link.router }
    : { ...route, via: link.router, onlink: link.onlink };
}

/**
 * The routes of a host, in the order of its peers. The last one refuses what is sent to addresses of its own block
 * that nobody has: without it such a packet would follow the default route, and could come back and loop.
 */
export function staticRoutes(block: string, peers: readonly ReachedPeer[]): readonly DesiredRoute[] {
  return [...peers.map(routeTo), { peer: 'self', type: 'unreachable', destination: block }];
}
