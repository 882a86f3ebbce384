/** What the planner says about a mesh: plain data, JSON-able, the same for the same input. */
import type { MeshError } from '../error/mesh-error.ts';
import type { HostDesired } from '../modes/desired.ts';

export type ContainerStop = {
  readonly name: string;
  /** It has no restart policy: Docker leaves it stopped and route-mesh starts it again. */
  readonly startedByUs: boolean;
  /** `docker run --rm`: it is gone after it stops. */
  readonly lost: boolean;
};

export type Change =
  | { readonly kind: 'block'; readonly from: string | undefined; readonly to: string }
  | {
      readonly kind: 'daemon-key';
      readonly key: string;
      readonly from: string | undefined;
      readonly to: string | undefined;
    }
  | {
      readonly kind: 'docker-restart';
      readonly from: string | undefined;
      readonly to: string;
      readonly stops: readonly ContainerStop[];
    }
  | {
      readonly kind: 'route';
      readonly action: 'add' | 'replace' | 'remove';
      readonly peer: string | undefined;
      /** In the words of `ip route`. */
      readonly route: string;
      readonly from?: string;
    }
  | {
      readonly kind: 'firewall';
      readonly action: 'load' | 'reload' | 'restore';
      readonly differences: readonly string[];
    }
  | { readonly kind: 'file'; readonly action: 'write' | 'remove'; readonly name: string }
  | { readonly kind: 'boot-hook' }
  | { readonly kind: 'watcher' };

/** `ready`: may be applied, or has nothing to do. `refused`: nothing on it may be touched, and why. */
export type HostPlan =
  | {
      readonly kind: 'ready';
      readonly host: string;
      readonly desired: HostDesired;
      /** Empty: the host is as it shall be. */
      readonly changes: readonly Change[];
      /** Revision that the facts showed; 0 for none. The host refuses a change that was planned from another. */
      readonly baseRevision: number;
      /** Files of /etc/route-mesh, name -> content. */
      readonly files: Readonly<Record<string, string>>;
      /** New daemon.json, where it changes. */
      readonly daemonJson?: DaemonJsonChange;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'refused'; readonly host: string; readonly problems: readonly MeshError[] }
  | { readonly kind: 'unreachable'; readonly host: string; readonly problem: MeshError };

/** Contents of daemon.json: the lasting one, and those for the moment of a docker restart. */
export type DaemonJsonChange = {
  readonly path: string;
  readonly content: string;
  /** For the restart that moves docker0: live-restore off, docker0's address said. */
  readonly whileRestarting?: string;
  /** The same for the way back, should the restart fail. */
  readonly whileReverting?: string;
};

export type Plan = {
  readonly mesh: string;
  readonly pool: string;
  /** Host name -> block, of every host that has one. */
  readonly blocks: Readonly<Record<string, string>>;
  /** In inventory order. */
  readonly hosts: readonly HostPlan[];
  readonly warnings: readonly string[];
};
