/** Do the claims that hold fit the pool, docker0, and the networks in use? */
import { listSome } from '../error/listing.ts';
import { MeshError } from '../error/mesh-error.ts';
import { contains, formatPrefix, type Prefix } from '../net/prefix.ts';
import { type Claim, describeClaim } from './claim.ts';
import type { AllocationWarning } from './model.ts';
import { describeOccupied, isSummary, type OccupiedRange } from './overlap.ts';
import { findOverlaps, type PrefixIndex } from './prefix-index.ts';

/** Claims outside the pool, or too small for docker0. */
export function checkClaims(
  claims: readonly Claim[],
  pool: Prefix,
  docker0Length: number,
): readonly MeshError[] {
  const outside = claims.filter((claim) => !contains(pool, claim.range));
  const small = claims.filter((claim) => claim.range.length > docker0Length);
  return [
    ...outside.filter((claim) => claim.source === 'pinned').map((claim) => pinOutside(claim, pool)),
    ...poolMoved(
      outside.filter((claim) => claim.source !== 'pinned'),
      pool,
    ),
    ...small.map((claim) => tooSmall(claim, docker0Length)),
  ];
}

function pinOutside(claim: Claim, pool: Prefix): MeshError {
  return new MeshError({
    code: 'pin-conflict',
    message: `${describeClaim(claim)}, which is outside the pool ${formatPrefix(pool)}`,
    cure: 'Pin a block inside the pool, or set `pool:` to a prefix that contains both',
    host: claim.host,
    ...(claim.place === undefined ? {} : { place: claim.place }),
  });
}

/** One problem however many hosts: it has one cause. */
function poolMoved(claims: readonly Claim[], pool: Prefix): readonly MeshError[] {
  if (claims.length === 0) return [];
  return [
    new MeshError({
      code: 'allocation-conflict',
      message: `Outside the pool ${formatPrefix(pool)}: ${listSome(claims.map(describeClaim))}`,
      cure: 'Set `pool:` to a prefix that contains these blocks too; or pin a `block:` for each of the hosts, or destroy the mesh first, to give them new addresses',
    }),
  ];
}

function tooSmall(claim: Claim, docker0Length: number): MeshError {
  const pinned = claim.source === 'pinned';
  return new MeshError({
    code: pinned ? 'pin-conflict' : 'allocation-conflict',
    message: `${describeClaim(claim)}, which is too small for a docker0 of /${docker0Length}`,
    cure: pinned
      ? 'Pin a larger block, or make docker0 smaller'
      : 'Make docker0 smaller, or pin a larger `block:`',
    host: claim.host,
    ...(pinned && claim.place !== undefined ? { place: claim.place } : {}),
  });
}

export type ClaimOverlaps = {
  readonly problems: readonly MeshError[];
  readonly warnings: readonly AllocationWarning[];
};

/** Networks in use inside the claims. A pin can be chosen better; what is in use already is left, and said. */
export function checkOverlaps(
  claims: readonly Claim[],
  pool: Prefix,
  occupied: PrefixIndex<OccupiedRange>,
): ClaimOverlaps {
  const problems: MeshError[] = [];
  const warnings: AllocationWarning[] = [];
  for (const claim of claims) {
    const found = findOverlaps(occupied, claim.range).filter(
      (entry) => !isSummary(entry, pool) && !isOwnNetwork(entry, claim),
    );
    if (found.length === 0) continue;
    const message = `${describeClaim(claim)}, which overlaps ${describeOccupied(found)}`;
    if (claim.source === 'pinned') problems.push(pinOverlap(claim, message));
    else warnings.push({ kind: 'block-overlapped', host: claim.host, message });
  }
  return { problems, warnings };
}

/** A host whose own memory was lost still runs its Docker networks inside its block. */
function isOwnNetwork(entry: OccupiedRange, claim: Claim): boolean {
  return entry.kind === 'docker' && entry.host === claim.host && contains(claim.range, entry.range);
}

function pinOverlap(claim: Claim, message: string): MeshError {
  return new MeshError({
    code: 'pin-conflict',
    message,
    cure: 'Pin another `block:`, or remove what is in the way',
    host: claim.host,
    ...(claim.place === undefined ? {} : { place: claim.place }),
  });
}
