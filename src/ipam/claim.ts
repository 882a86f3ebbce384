import { formatPrefix, type Prefix } from '../net/prefix.ts';
import type { AllocationReason } from './model.ts';

export type ClaimSource = Exclude<AllocationReason, 'new'>;

/** One memory of one host's block. */
export type Claim = {
  readonly host: string;
  readonly range: Prefix;
  readonly source: ClaimSource;
  /** `file:line` of the host in the inventory. */
  readonly place: string | undefined;
};

/** Half a sentence: `h1 holds 10.208.0.0/22`. */
export function describeClaim(claim: Claim): string {
  const block = formatPrefix(claim.range);
  switch (claim.source) {
    case 'pinned':
      return `${block} is pinned for ${claim.host}`;
    case 'held':
      return `${claim.host} holds ${block}`;
    case 'kept':
      return `the allocation file gives ${block} to ${claim.host}`;
    case 'peers':
      return `routes of other hosts lead to ${claim.host} for ${block}`;
  }
}
