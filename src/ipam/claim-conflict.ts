/** Claims that contradict each other, told with both names. */
import { MeshError } from '../error/mesh-error.ts';
import { type Claim, type ClaimSource, describeClaim } from './claim.ts';
import type { AllocationWarning } from './model.ts';

/** Two claims on the same addresses of which neither may give way. */
export function claimConflict(first: Claim, second: Claim): MeshError {
  const pinned = first.source === 'pinned';
  return new MeshError({
    code: pinned ? 'pin-conflict' : 'allocation-conflict',
    message: `Blocks overlap: ${describeClaim(first)}, and ${describeClaim(second)}`,
    cure: pinned ? pinCure(second.source) : cures[second.source],
    host: second.host,
    ...(pinned && first.place !== undefined ? { place: first.place } : {}),
  });
}

/** A weaker memory that lost against another host's stronger one. */
export function supersededClaim(stronger: Claim, claim: Claim): AllocationWarning {
  const message = `Passed over: ${describeClaim(claim)}, but ${describeClaim(stronger)}`;
  return { kind: 'claim-superseded', host: claim.host, message };
}

function pinCure(other: ClaimSource): string {
  return other === 'pinned'
    ? 'Give one of the two another `block:`'
    : 'Pin another `block:`, or pin one for the other host too, which moves it';
}

const cures: Readonly<Record<ClaimSource, string>> = {
  pinned: pinCure('pinned'),
  held: 'Pin another `block:` in the inventory for the host that shall move; its containers get new addresses',
  kept: 'Correct the allocation file: take out the line that is wrong',
  peers: 'Pin a `block:` in the inventory for both',
};
