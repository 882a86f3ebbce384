/** What an inventory says, whatever format it was written in. Plain data; prefixes are canonical text. */
import type { ConnectionOptions } from './connection.ts';

/** May route-mesh restart this host's dockerd while containers run? */
export type RestartPolicy = 'ask' | 'allowed' | 'never';

export type InventoryHost = {
  /** Unique; letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly connection: ConnectionOptions;
  /** Pinned next hop: an address of the host, a prefix that one of its addresses lies in, or an interface name. */
  readonly underlay?: string;
  /** Pinned block, canonical prefix. */
  readonly block?: string;
  /** Router on the host's own segment that knows the blocks of hosts on other segments. */
  readonly via?: string;
  readonly dockerRestart: RestartPolicy;
  /** `file:line` of the host's definition, for messages. */
  readonly place: string;
};

export type Mode = 'static';

export type Inventory = {
  /** Name of the mesh: letters, digits, `-`; the default is `mesh`. */
  readonly mesh: string;
  /** File, directory, `-` or the host list, as given. */
  readonly source: string;
  /** Where allocations are kept; undefined when the inventory is not a file or directory. */
  readonly allocationFile: string | undefined;
  readonly mode: Mode;
  /** Supernet of all blocks; undefined: chosen from the facts and then kept. */
  readonly pool: string | undefined;
  /** Prefix lengths: of a host's block, of docker0 inside it, of each further Docker network inside it. */
  readonly blockLength: number;
  readonly docker0Length: number;
  readonly networkLength: number;
  /** Prefixes that no block may touch although no host shows them, e.g. a VPN's; canonical. */
  readonly avoid: readonly string[];
  /** Hosts worked on at the same time, 1 to 1000. */
  readonly parallel: number;
  readonly hosts: readonly InventoryHost[];
};
