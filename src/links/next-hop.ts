/**
 * The next hop from each host to each other host's block. Hosts on one segment reach each other directly; others need
 * a router that knows the blocks, which nobody but the operator can name.
 */
import { listSome } from '../error/listing.ts';
import { MeshError } from '../error/mesh-error.ts';
import { contains, formatPrefix } from '../net/prefix.ts';
import type { Link, LinkEnd } from './link-end.ts';

/** The link between two hosts, or `no-link` with both names, their segments and the cure. */
export function linkBetween(from: LinkEnd, to: LinkEnd): Link | MeshError {
  return findLink(from, to) ?? noLink(from, [to]);
}

export type Links = {
  /** From host -> to host -> link. */
  readonly links: ReadonlyMap<string, ReadonlyMap<string, Link>>;
  /** `no-link`, one a host however many others it cannot reach. */
  readonly problems: readonly MeshError[];
};

/** All links of a mesh. One comparison of numbers a pair; the result is as large as that. */
export function linkAll(ends: readonly LinkEnd[]): Links {
  const links = new Map<string, ReadonlyMap<string, Link>>();
  const problems: MeshError[] = [];
  for (const from of ends) {
    const its = new Map<string, Link>();
    const missing: LinkEnd[] = [];
    for (const to of ends) {
      if (to === from) continue;
      const link = findLink(from, to);
      if (link) its.set(to.name, link);
      else missing.push(to);
    }
    links.set(from.name, its);
    if (missing.length > 0) problems.push(noLink(from, missing));
  }
  return { links, problems };
}

/** Both must see each other on their own link: where masks differ, one side's answers would go another way. */
function findLink(from: LinkEnd, to: LinkEnd): Link | undefined {
  if (contains(from.segment, to.address) && contains(to.segment, from.address)) {
    return { kind: 'direct', address: to.underlay.address };
  }
  return from.via?.link;
}

function noLink(from: LinkEnd, to: readonly LinkEnd[]): MeshError {
  const others = listSome(to.map(describeEnd));
  const place = from.place === undefined ? {} : { place: from.place };
  const problem = { code: 'no-link', host: from.name, ...place } as const;
  if (from.via) {
    return new MeshError({
      ...problem,
      message: `The router ${from.via.router} of ${describeEnd(from)} is on none of the host's segments, and without it there is no way to ${others}`,
      cure: 'Set `via:` to a router on a segment of this host that knows the blocks of the others',
    });
  }
  return new MeshError({
    ...problem,
    message: `${describeEnd(from)} is on another segment than ${others}`,
    cure: "Pin `underlay:` where the hosts share a segment, or set `via:` to a router on this host's segment that knows the blocks of the others",
  });
}

function describeEnd(end: LinkEnd): string {
  return `${end.name} (${end.underlay.address} in ${formatPrefix(end.segment)})`;
}
