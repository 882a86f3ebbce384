/** How a host is reached. The one file of the inventory that the transport reads too. */

/** Where the password for sudo comes from; the password itself is never part of the inventory. */
export type SudoPassword =
  | { readonly kind: 'none' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'command'; readonly command: string }
  /** Ansible's ansible_become_password in plain text: the value stays in this object and is never printed. */
  | { readonly kind: 'given'; readonly reveal: () => string };

/** `none`: the login user is root or may do everything itself. */
export type Privilege =
  | { readonly kind: 'none' }
  | { readonly kind: 'sudo'; readonly password: SudoPassword };

/** How to reach a host. A field left out is taken from the operator's ssh_config, then from OpenSSH's defaults. */
export type ConnectionOptions = {
  /** Name or address to connect to; also what ssh_config's `Host` patterns are matched against when `address` is left out. */
  readonly alias: string;
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  /** Private key files, in the order they are offered; `~` is the operator's home. */
  readonly keys?: readonly string[];
  /** `false`: no agent; `true`: SSH_AUTH_SOCK; text: path of the agent's socket. */
  readonly agent?: boolean | string;
  /** Jump chain from the operator to the host, each `[user@]host[:port]` or an ssh_config alias; empty: none. */
  readonly jump?: readonly string[];
  readonly privilege: Privilege;
  /** `strict`: the key must be in known_hosts. `accept-new`: an unknown key is added, a changed one refused. */
  readonly hostKeys: 'strict' | 'accept-new';
  /** known_hosts files, first one is written to; left out: ssh_config's UserKnownHostsFile and GlobalKnownHostsFile. */
  readonly knownHosts?: readonly string[];
  /** `false`: ssh_config is not read; text: this file; left out: ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly sshConfig?: false | string;
  /** Seconds for connecting and authenticating, 1 to 600. */
  readonly connectTimeout: number;
};
