/**
 * Who has which block already. A host's block is remembered in four places: its pin, the host itself, the file beside
 * the inventory, and the routes of its peers. They are asked in this order, and each is enough: any of the others may
 * be lost. A weaker memory that contradicts another host's stronger one is out of date and is passed over.
 */
import type { MeshError } from '../error/mesh-error.ts';
import { checkedPrefix, comparePrefixes, overlaps } from '../net/prefix.ts';
import type { Claim, ClaimSource } from './claim.ts';
import { claimConflict, supersededClaim } from './claim-conflict.ts';
import type { AllocationInput, AllocationWarning } from './model.ts';
import { findOverlaps, indexPrefixes } from './prefix-index.ts';

export type Settlement = {
  /** Host name -> the claim that holds. */
  readonly claims: ReadonlyMap<string, Claim>;
  readonly problems: readonly MeshError[];
  readonly warnings: readonly AllocationWarning[];
};

const sources: readonly ClaimSource[] = ['pinned', 'held', 'kept', 'peers'];

/** The strongest claim of each host that has one; claims of equal rank that overlap are problems. */
export function settleClaims(input: AllocationInput): Settlement {
  const claims = new Map<string, Claim>();
  const problems: MeshError[] = [];
  const warnings: AllocationWarning[] = [];
  for (const source of sources) {
    const settled = indexPrefixes([...claims.values()]);
    const standing: Claim[] = [];
    for (const claim of claimsFrom(input, source)) {
      if (claims.has(claim.host)) continue;
      const [stronger] = findOverlaps(settled, claim.range);
      if (stronger && mayGiveWay(stronger, claim)) {
        warnings.push(supersededClaim(stronger, claim));
        continue;
      }
      if (stronger) problems.push(claimConflict(stronger, claim));
      standing.push(claim);
    }
    for (const [first, second] of overlappingPairs(standing)) problems.push(claimConflict(first, second));
    for (const claim of standing) claims.set(claim.host, claim);
  }
  return { claims, problems, warnings };
}

/** A pin moves its own host; it does not take what another host runs on, or may run on while it is down. */
function mayGiveWay(stronger: Claim, claim: Claim): boolean {
  return stronger.source !== 'pinned' || claim.source === 'peers';
}

function claimsFrom(input: AllocationInput, source: ClaimSource): readonly Claim[] {
  return input.hosts.flatMap((host) => {
    const block = {
      pinned: host.block,
      held: input.held.get(host.name)?.block,
      kept: input.kept?.blocks.get(host.name),
      peers: input.rumours.get(host.name),
    }[source];
    if (block === undefined) return [];
    return [{ host: host.name, range: checkedPrefix(block), source, place: host.place }];
  });
}

function overlappingPairs(claims: readonly Claim[]): readonly (readonly [Claim, Claim])[] {
  const pairs: (readonly [Claim, Claim])[] = [];
  let open: Claim | undefined;
  for (const claim of claims.toSorted((a, b) => comparePrefixes(a.range, b.range))) {
    if (open && overlaps(open.range, claim.range)) pairs.push([open, claim]);
    else open = claim;
  }
  return pairs;
}
