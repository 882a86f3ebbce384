/** What a mode wants of a host: plain data that the files below /etc/route-mesh are rendered from. */

/** One route that a host shall have; `peer` is the host it leads to, `self` for the host's own block. */
export type DesiredRoute = {
  readonly peer: string;
  readonly type: 'unicast' | 'unreachable';
  readonly destination: string;
  readonly via?: string;
  /** Only where the next hop lies in no connected prefix. */
  readonly onlink?: { readonly interface: string };
};

/** What a host shall look like. */
export type HostDesired = {
  readonly host: string;
  readonly mesh: string;
  readonly mode: 'static';
  readonly pool: string;
  readonly block: string;
  /** docker0's own address with the length of its subnet, `10.210.0.1/24`: Docker's `bip`. */
  readonly docker0: string;
  /** Docker's `default-address-pools`: the rest of the block. */
  readonly networks: readonly { readonly base: string; readonly size: number }[];
  readonly underlay: string;
  readonly routes: readonly DesiredRoute[];
};
