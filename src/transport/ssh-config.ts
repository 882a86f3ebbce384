/** What `ssh -G` prints for a host: the operator's ssh_config with every Include, Host and Match resolved. Pure. */

/** The settings that this transport follows; `none` and absent are both undefined or empty. */
export type SshConfig = {
  readonly hostName: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** As written, `~` and `%` tokens unexpanded. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** `SSH_AUTH_SOCK`, `$VARIABLE` or a path. */
  readonly identityAgent: string | undefined;
  readonly agentDisabled: boolean;
  /** Hops from the operator to the host. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | undefined;
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly hostKeyAlias: string | undefined;
  /** Seconds. */
  readonly connectTimeout: number | undefined;
};

/** The names OpenSSH tries when no IdentityFile is set and that this transport can use (ssh_config(5), IdentityFile). */
const DEFAULT_IDENTITY_FILES = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

/** All that OpenSSH may print as its default, the types that nobody offers any more included. */
const PRINTED_DEFAULTS = /^~\/\.ssh\/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|mldsa\w*)$/;

/** OpenSSH's defaults, for a machine with neither an ssh client nor a configuration. */
export const DEFAULT_SSH_CONFIG: SshConfig = {
  hostName: undefined,
  port: undefined,
  user: undefined,
  identityFiles: DEFAULT_IDENTITY_FILES,
  certificateFiles: [],
  identitiesOnly: false,
  identityAgent: undefined,
  agentDisabled: false,
  proxyJump: [],
  proxyCommand: undefined,
  userKnownHosts: ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'],
  globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  hashKnownHosts: false,
  hostKeyAlias: undefined,
  connectTimeout: undefined,
};

/** Parses the output of `ssh -G`: one `keyword value` a line, keywords in lower case, some of them several times. */
export function parseSshConfig(output: string): SshConfig {
  const values = readValues(output);
  const first = (keyword: string): string | undefined =>
    values.get(keyword)?.find((value) => value !== 'none');
  const all = (keyword: string): readonly string[] =>
    (values.get(keyword) ?? []).filter((value) => value !== 'none');
  const words = (keyword: string): readonly string[] => first(keyword)?.split(/\s+/) ?? [];
  return {
    hostName: first('hostname'),
    port: parseCount(first('port')),
    user: first('user'),
    identityFiles: all('identityfile'),
    certificateFiles: all('certificatefile'),
    identitiesOnly: first('identitiesonly') === 'yes',
    identityAgent: first('identityagent'),
    agentDisabled: values.get('identityagent')?.includes('none') ?? false,
    proxyJump: first('proxyjump')?.split(',') ?? [],
    proxyCommand: first('proxycommand'),
    userKnownHosts: words('userknownhostsfile'),
    globalKnownHosts: words('globalknownhostsfile'),
    hashKnownHosts: first('hashknownhosts') === 'yes',
    hostKeyAlias: first('hostkeyalias'),
    connectTimeout: parseCount(first('connecttimeout')),
  };
}

/** Has the operator named identity files, rather than OpenSSH filled in its own list? */
export function namesIdentities(config: SshConfig): boolean {
  return config.identityFiles.some((file) => !PRINTED_DEFAULTS.test(file));
}

function readValues(output: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const keyword = line.slice(0, space).toLowerCase();
    const value = line.slice(space + 1).trim();
    values.set(keyword, [...(values.get(keyword) ?? []), value]);
  }
  return values;
}

function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}
