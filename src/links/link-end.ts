/** A host as its links see it. */
import type { Facts } from '../facts/model.ts';
import { checkedPrefix, contains, type Prefix } from '../net/prefix.ts';
import type { Underlay } from './underlay.ts';

/** How a host reaches another host's block. */
export type Link =
  | { readonly kind: 'direct'; readonly address: string }
  | {
      readonly kind: 'via';
      readonly router: string;
      /** Only where the router lies in no connected prefix. */
      readonly onlink?: { readonly interface: string };
    };

export type LinkEnd = {
  readonly name: string;
  readonly underlay: Underlay;
  /** The underlay address as a /32, and its connected prefix. */
  readonly address: Prefix;
  readonly segment: Prefix;
  /** The pinned router; no link: it is not on any of the host's segments. */
  readonly via: { readonly router: string; readonly link: Link | undefined } | undefined;
  /** `file:line` of the host in the inventory. */
  readonly place: string | undefined;
};

type LinkHost = { readonly name: string; readonly via?: string; readonly place?: string };
type HostFacts = Pick<Facts, 'addresses' | 'routes'>;

/** @param host `via` is an IPv4 address */
export function linkEnd(host: LinkHost, underlay: Underlay, facts: HostFacts): LinkEnd {
  return {
    name: host.name,
    underlay,
    address: checkedPrefix(`${underlay.address}/32`),
    segment: checkedPrefix(underlay.prefix),
    via: host.via === undefined ? undefined : { router: host.via, link: linkVia(host.via, facts) },
    place: host.place,
  };
}

/**
 * The kernel takes a next hop that a route of link scope leads to (fib_check_nh in net/ipv4/fib_semantics.c), or with
 * `onlink` any that the operator vouches for; clouds that give a /32 have such a default route.
 */
function linkVia(router: string, facts: HostFacts): Link | undefined {
  const wanted = checkedPrefix(`${router}/32`);
  const connected =
    facts.addresses.some((fact) => fact.family === 4 && contains(checkedPrefix(fact.prefix), wanted)) ||
    facts.routes.some((route) => isAttached(route) && contains(checkedPrefix(route.destination), wanted));
  const own = facts.addresses.some((fact) => fact.address === router);
  if (own) return undefined;
  if (connected) return { kind: 'via', router };
  const onlink = facts.routes.find((route) => route.onlink && route.via === router);
  if (onlink?.interface === undefined) return undefined;
  return { kind: 'via', router, onlink: { interface: onlink.interface } };
}

/** A route without a router; one for everything (a tunnel's) does not make the whole world a neighbour. */
function isAttached(route: Facts['routes'][number]): boolean {
  const leadsOut = route.via === undefined && route.interface !== undefined;
  return route.type === 'unicast' && route.table === 'main' && leadsOut && route.destination !== '0.0.0.0/0';
}
