/** All facts of a host: one script that gathers them in one round trip, and the reader of what it prints. */
import { addressesFact } from './addresses.ts';
import { dockerContainersFact } from './docker-containers.ts';
import { dockerDaemonFact } from './docker-daemon.ts';
import { dockerNetworksFact } from './docker-networks.ts';
import { dockerSetupFact } from './docker-setup.ts';
import { encodeFunction } from './encoded-file.ts';
import { type Fact, unreadable } from './fact.ts';
import { firewallFact } from './firewall.ts';
import { footprintFact } from './footprint.ts';
import { linksFact } from './links.ts';
import type { DockerFacts, Facts } from './model.ts';
import { networkdFact } from './networkd.ts';
import { routesFact } from './routes.ts';
import { rulesFact } from './rules.ts';
import { linesOf, parseSections } from './sections.ts';
import { storageFact } from './storage.ts';
import { sysctlsFact } from './sysctls.ts';
import { systemFact } from './system.ts';
import { toolsFact } from './tools.ts';

/** The slow ones first: they all run at the same time. */
export const facts: readonly Fact<unknown>[] = [
  footprintFact,
  dockerNetworksFact,
  dockerContainersFact,
  dockerDaemonFact,
  dockerSetupFact,
  firewallFact,
  systemFact,
  linksFact,
  addressesFact,
  routesFact,
  rulesFact,
  sysctlsFact,
  networkdFact,
  storageFact,
  toolsFact,
];

function renderFunction({ section, command }: Fact<unknown>): string {
  return `section_${section}() {${command}}\n`;
}

function renderCall({ section }: Fact<unknown>): string {
  return `section_${section} 2>/dev/null | frame ${section} &\n`;
}

/**
 * The whole is a subshell, so that nothing of it stays in a resident shell. Each section writes into a file of its
 * own, and all at once: the docker commands take 30 to 50 ms each. The files are in memory where they can be.
 */
function renderScript(): string {
  return String.raw`(
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH:/snap/bin" LC_ALL=C
umask 077
have() { command -v "$1" >/dev/null 2>&1; }
${encodeFunction}
frame() { { printf '@@section %s\n' "$1"; sed 's/^/|/'; printf '\n@@done %s\n' "$1"; } >"$folder/$1" 2>/dev/null; }
${facts.map(renderFunction).join('')}folder=$(mktemp -d /run/route-mesh-facts.XXXXXX 2>/dev/null || mktemp -d /tmp/route-mesh-facts.XXXXXX) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
${facts.map(renderCall).join('')}wait
cat "$folder"/*
echo '@@end'
) </dev/null
`;
}

/**
 * POSIX sh script; dash, busybox ash and bash run it alike. It wants to be root, and changes nothing on the host but
 * a private temporary folder, which it removes. Its output is for {@link parseFacts}.
 */
export const gatherScript: string = renderScript();

/** A Docker that answers always lists its networks and containers; then an empty section is a failure, not "none". */
function answered<Item>(
  fact: Fact<Item | undefined>,
  list: Item | undefined,
  daemonAnswers: boolean,
  none: Item,
): Item {
  if (list === undefined && daemonAnswers) {
    throw unreadable(fact.section, '', 'the list that a running Docker gives');
  }
  return list ?? none;
}

type Read = <Value>(fact: Fact<Value>) => Value;

function readDocker(read: Read): DockerFacts | undefined {
  const daemon = read(dockerDaemonFact);
  const setup = read(dockerSetupFact);
  if (daemon === undefined || setup === undefined) return undefined;
  const answers = daemon.serverVersion !== undefined;
  return {
    ...daemon,
    ...setup,
    networks: answered(dockerNetworksFact, read(dockerNetworksFact), answers, []),
    containers: answered(dockerContainersFact, read(dockerContainersFact), answers, []),
  };
}

/**
 * Reads what {@link gatherScript} printed. Throws MeshError `facts-unreadable`, which names the section and the line,
 * and nothing else, whatever the text is.
 */
export function parseFacts(stdout: string): Facts {
  const sections = parseSections(stdout);
  const read: Read = (fact) => fact.parse(linesOf(sections, fact.section));
  return {
    ...read(systemFact),
    links: read(linksFact),
    addresses: read(addressesFact),
    routes: read(routesFact),
    rules: read(rulesFact),
    docker: readDocker(read),
    firewall: read(firewallFact),
    sysctls: read(sysctlsFact),
    networkdRemovesForeignRoutes: read(networkdFact),
    freeBytes: read(storageFact),
    tools: read(toolsFact),
    footprint: read(footprintFact),
  };
}
