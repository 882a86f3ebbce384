/** What goes into an allocation and what comes out. Plain data; prefixes are canonical text. */
import type { MeshError } from '../error/mesh-error.ts';

/**
 * Why addresses are not free. `attached`: on a link of the host. `routed`: behind a router, or refused by a route.
 * `docker`: a Docker network's. `avoided`: the inventory says so.
 */
export type OccupiedKind = 'attached' | 'routed' | 'docker' | 'avoided';

/** A prefix in use by something that is not this mesh. */
export type Occupied = {
  readonly prefix: string;
  readonly kind: OccupiedKind;
  /** Host that shows it; undefined for the inventory's own. */
  readonly host?: string;
  /** For people: `address 10.0.0.5/24 on eth0`, `docker network app_default`. */
  readonly what: string;
};

export type AllocationHost = {
  readonly name: string;
  /** Pinned block. */
  readonly block?: string;
  /** `file:line` of the host in the inventory. */
  readonly place?: string;
};

/** What the file beside the inventory says. */
export type KeptAllocation = {
  readonly pool: string;
  /** Host name -> block. */
  readonly blocks: ReadonlyMap<string, string>;
};

/** What a host says of itself. */
export type HeldAllocation = { readonly pool: string; readonly block: string };

export type AllocationInput = {
  /** The inventory's pool; undefined: the one in use, else one that is free on all hosts. */
  readonly pool: string | undefined;
  /** Prefix lengths, blockLength <= docker0Length <= 30. */
  readonly blockLength: number;
  readonly docker0Length: number;
  readonly networkLength: number;
  /** In inventory order; names are unique. */
  readonly hosts: readonly AllocationHost[];
  readonly kept: KeptAllocation | undefined;
  /** Host name -> what it holds itself. */
  readonly held: ReadonlyMap<string, HeldAllocation>;
  /** Host name -> block that the routes of other hosts lead to. */
  readonly rumours: ReadonlyMap<string, string>;
  readonly occupied: readonly Occupied[];
};

/** Where a host's block comes from, strongest first. */
export type AllocationReason = 'pinned' | 'held' | 'kept' | 'peers' | 'new';

/** One entry of Docker's `default-address-pools`. */
export type AddressPool = { readonly base: string; readonly size: number };

/** A host's block and its parts, which together are the block exactly. */
export type HostBlock = {
  readonly block: string;
  /** docker0's subnet. */
  readonly docker0: string;
  /** docker0's own address with its subnet's length, `10.208.0.1/24`: Docker's `bip`. */
  readonly gateway: string;
  /** The rest of the block, ascending; empty when docker0 takes all of it. */
  readonly networks: readonly AddressPool[];
  readonly reason: AllocationReason;
};

/**
 * What an operator should know but nothing has to wait for. `pool-covered`: a router is said to lead to the pool;
 * the blocks' own routes are more specific. `pool-contains`: a network that is not the mesh's lies in the pool.
 * `block-overlapped`: the same, in a block that is in use. `claim-superseded`: two memories disagree.
 */
export type AllocationWarning = {
  readonly kind: 'pool-covered' | 'pool-contains' | 'block-overlapped' | 'claim-superseded';
  readonly host?: string;
  readonly message: string;
};

export type Allocation = {
  readonly kind: 'allocated';
  readonly pool: string;
  /** Host name -> block, in inventory order. */
  readonly blocks: ReadonlyMap<string, HostBlock>;
  readonly warnings: readonly AllocationWarning[];
};

/** `refused`: nothing is allocated to anyone; the problems are all that were found. */
export type AllocationResult =
  | Allocation
  | { readonly kind: 'refused'; readonly problems: readonly MeshError[] };
