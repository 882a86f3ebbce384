/** What the running dockerd says of itself, by `docker info`. */
import { type Entry, type Fact, parseEntries, restOf, restsOf } from './fact.ts';
import type { DockerFacts } from './model.ts';

export type DockerDaemon = Pick<
  DockerFacts,
  'serverVersion' | 'error' | 'rootless' | 'liveRestore' | 'firewallBackend' | 'swarm' | 'canValidate'
>;

const SECTION = 'docker_daemon';

/**
 * A template that names a field which this client does not know fails as a whole, so all comes as JSON and sed takes
 * what is wanted: labels and proxies, which may hold secrets, stay on the host. Quotes inside a JSON text are escaped,
 * so no label can pass for a key. Clients from 23.0 on print why the daemon does not answer to standard error,
 * older ones only into ServerErrors.
 */
const command = String.raw`
have docker || have dockerd || return 0
echo present
info=$(have docker && docker info --format '{{json .}}' 2>&1 | sed -n -e '/^{/!{' -e 's/^/error /p' -e d -e '}' -e h \
  -e 's/.*"ServerVersion":"\([^"][^"]*\)".*/version \1/p' -e g \
  -e 's/.*"LiveRestoreEnabled":\([a-z]*\).*/live-restore \1/p' -e g \
  -e 's/.*"LocalNodeState":"\([a-z]*\)".*/swarm \1/p' -e g \
  -e 's/.*"FirewallBackend":{"Driver":"\([^"]*\)".*/firewall \1/p' -e g \
  -e 's/.*"SecurityOptions":\[\([^]]*\)\].*/security \1/p' -e g \
  -e 's/.*"ServerErrors":\["\(.*\)"\],"ClientInfo".*/server-error \1/p')
printf '%s\n' "$info"
printf '%s\n' "$info" | grep -q '^version ' || { have dockerd && echo "dockerd $(dockerd --version)"; }
`;

/** `dockerd --validate` came with 23.0 (moby). Versions of development builds have no number and count as old. */
function canValidate(version: string | undefined): boolean {
  return Number(/^(\d+)\./.exec(version ?? '')?.[1] ?? 0) >= 23;
}

function daemonError(entries: readonly Entry[]): string {
  const said = restsOf(entries, 'error').find((text) => /^(?!WARNING)[A-Za-z]/.test(text));
  const listed = restOf(entries, 'server-error')?.replaceAll('\\"', '"');
  return said ?? listed ?? 'there is dockerd, but no docker command to ask it with';
}

function parse(lines: readonly string[]): DockerDaemon | undefined {
  const entries = parseEntries(lines);
  if (restOf(entries, 'present') === undefined) return undefined;
  const serverVersion = restOf(entries, 'version');
  const program = /version (\S+?),/.exec(restOf(entries, 'dockerd') ?? '')?.[1];
  return {
    serverVersion,
    ...(serverVersion === undefined ? { error: daemonError(entries) } : {}),
    rootless: /"name=rootless[",]/.test(restOf(entries, 'security') ?? ''),
    liveRestore: restOf(entries, 'live-restore') === 'true',
    firewallBackend: restOf(entries, 'firewall')?.startsWith('nftables') ? 'nftables' : 'iptables',
    swarm: !['', 'inactive'].includes(restOf(entries, 'swarm') ?? ''),
    canValidate: canValidate(serverVersion ?? program),
  };
}

/** Undefined: the host has neither docker nor dockerd. */
export const dockerDaemonFact: Fact<DockerDaemon | undefined> = { section: SECTION, command, parse };
