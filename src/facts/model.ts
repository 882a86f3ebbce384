/** What one gather script, in one round trip, read off a host. Plain data, JSON-able; prefixes are canonical text. */

export type LinkFact = {
  readonly name: string;
  readonly mtu: number;
  /** False when the kernel reports neither UP nor LOWER_UP, or NO-CARRIER. */
  readonly up: boolean;
  /** bridge or bond that it is enslaved to. */
  readonly master?: string;
  /** `bridge`, `veth`, `vxlan`, `wireguard`, … ; absent: a physical or plain interface. */
  readonly kind?: string;
  readonly mac?: string;
};

/** One IPv4 or IPv6 address; `prefix` is its connected prefix, canonical. */
export type AddressFact = {
  readonly interface: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly length: number;
  readonly prefix: string;
  readonly scope: string;
  readonly peer?: string;
};

/** One IPv4 route of any table but `local`; a multipath route is one fact for each next hop. */
export type RouteFact = {
  /** `unicast`, `unreachable`, `blackhole`, `prohibit`, `throw`, `broadcast`, … */
  readonly type: string;
  /** Canonical prefix; `0.0.0.0/0` for default. */
  readonly destination: string;
  readonly via?: string;
  readonly interface?: string;
  /** Number; names of rt_protos are resolved (213 is ours). */
  readonly protocol: number;
  readonly metric: number;
  /** `main` or the number or name of another table. */
  readonly table: string;
  readonly source?: string;
  readonly scope?: string;
  readonly onlink: boolean;
  /** Line as printed by `ip route`, for people. */
  readonly text: string;
};

export type DockerNetworkFact = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** Interface of a bridge network: `docker0`, `br-…`, or what the option com.docker.network.bridge.name says. */
  readonly interface?: string;
  /** Canonical IPv4 prefixes. */
  readonly subnets: readonly string[];
  readonly internal: boolean;
};

export type ContainerFact = {
  readonly id: string;
  readonly name: string;
  /** Main process on the host, for entering its namespaces. */
  readonly pid: number;
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly restartPolicy: string;
  readonly networkMode: string;
  /** Per network name, the IPv4 address; networks without one are left out. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly autoRemove: boolean;
};

/** A flag given to dockerd outside daemon.json, e.g. by a drop-in. */
export type DockerFlagFact = {
  /** Without dashes: `bip`. */
  readonly name: string;
  readonly value: string;
  /** Where it was found: the running process, a unit, a drop-in, or a defaults file. */
  readonly place: string;
};

export type DockerFacts = {
  /** `28.5.2`; undefined when the client is there but the daemon does not answer. */
  readonly serverVersion: string | undefined;
  /** Why the daemon did not answer, as it said itself. */
  readonly error?: string;
  readonly rootless: boolean;
  readonly liveRestore: boolean;
  /** `iptables`, or `nftables` (Docker >= 29 with firewall-backend=nftables). */
  readonly firewallBackend: 'iptables' | 'nftables';
  readonly swarm: boolean;
  /** Bytes of daemon.json as text; undefined: the file does not exist. */
  readonly daemonJson: string | undefined;
  /** Path of daemon.json; another one when dockerd runs with --config-file. */
  readonly daemonJsonPath: string;
  readonly flags: readonly DockerFlagFact[];
  readonly networks: readonly DockerNetworkFact[];
  readonly containers: readonly ContainerFact[];
  /** dockerd understands --validate (>= 23.0). */
  readonly canValidate: boolean;
};

export type FirewallFacts = {
  /** Backend of the `iptables` command; absent: there is no iptables. */
  readonly iptables: 'nft' | 'legacy' | 'absent';
  readonly iptablesVersion?: string;
  readonly nft: boolean;
  readonly nftVersion?: string;
  readonly firewalld: boolean;
  readonly ufw: boolean;
  /** Policy of filter FORWARD, `ACCEPT` or `DROP`. */
  readonly forwardPolicy?: string;
};

/** What route-mesh left on the host before: read back from /etc/route-mesh and /var/lib/route-mesh. */
export type FootprintFacts = {
  /** Lines of mesh.conf. */
  readonly mesh: string;
  readonly host: string;
  readonly pool: string;
  readonly block: string;
  /** Next hop that the others were given at the last sync. */
  readonly underlay: string;
  readonly revision: number;
  /** File name below /etc/route-mesh -> sha256 hex of its content, as it is now on disk. */
  readonly files: Readonly<Record<string, string>>;
  /** Blocks of peers that the host's routes file names: host name -> canonical prefix. */
  readonly peers: Readonly<Record<string, string>>;
  /** sha256 of the daemon.json that route-mesh wrote last; undefined when it never wrote one. */
  readonly daemonJsonHash: string | undefined;
  /** daemon.json as it was before route-mesh; undefined: there was none. */
  readonly originalDaemonJson: string | undefined;
  /** docker0's address with its length as it was before route-mesh; undefined: docker0 had none. */
  readonly originalDocker0: string | undefined;
  /** `intact`: what is loaded is what the files say; `changed` or `absent`: it is not. Seen by the host program. */
  readonly firewall: 'intact' | 'changed' | 'absent';
  /** What differs, in the host program's words, one line each. */
  readonly firewallDifferences: readonly string[];
  /** The watcher runs. */
  readonly watcher: boolean;
  /** The boot hook is installed and enabled. */
  readonly bootHook: boolean;
  /** Holder of the lock, as it wrote itself there; undefined: free. */
  readonly lock: string | undefined;
};

export type Facts = {
  readonly hostname: string;
  /** Host's clock, seconds since 1970. */
  readonly time: number;
  readonly system: {
    /** `debian`, `alpine`, `rhel`, … of os-release. */
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly kernel: string;
    readonly architecture: string;
  };
  readonly init: 'systemd' | 'openrc' | 'other';
  /** Effective user of the gather script; 0 is root. */
  readonly userId: number;
  /** Host's own address of this SSH connection (SSH_CONNECTION), where it is known. */
  readonly sshServerAddress?: string;
  readonly sshClientAddress?: string;
  readonly links: readonly LinkFact[];
  readonly addresses: readonly AddressFact[];
  readonly routes: readonly RouteFact[];
  /** `ip rule` lines beyond the three that every kernel has. */
  readonly rules: readonly string[];
  /** Undefined: no docker client and no dockerd on the host. */
  readonly docker: DockerFacts | undefined;
  readonly firewall: FirewallFacts;
  /** Name -> value, e.g. `net.ipv4.ip_forward` -> `1`. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** systemd-networkd runs and would delete foreign routes (ManageForeignRoutes is not no). */
  readonly networkdRemovesForeignRoutes: boolean;
  /** Free bytes below /var/lib and /etc. */
  readonly freeBytes: { readonly varLib: number; readonly etc: number };
  /** Commands of the host that later steps want: name -> present. */
  readonly tools: Readonly<Record<string, boolean>>;
  /** Undefined: route-mesh has left nothing there. */
  readonly footprint: FootprintFacts | undefined;
};
