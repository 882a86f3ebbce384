/** What route-mesh left on the host, from its files and from what its program there says of the kernel. */
import { formatPrefix, parsePrefix } from '../net/prefix.ts';
import { decodeFile } from './encoded-file.ts';
import { type Entry, type Fact, parseEntries, restOf, restsOf, unreadable } from './fact.ts';
import type { FootprintFacts } from './model.ts';

const SECTION = 'footprint';

const command = `
cd /etc/route-mesh && [ -f mesh.conf ] || return 0
state=/var/lib/route-mesh
copy() { if [ -f "$2" ]; then sed "s/^/$1 /" "$2"; echo; fi; }
copy conf mesh.conf
copy route routes
copy revision "$state/current"
copy written "$state/daemon.json.written"
copy docker0 "$state/original/docker0"
if [ -f "$state/original/daemon.json" ]; then
  echo original
  encode content "$state/original/daemon.json"
fi
find . -type f -exec sha256sum {} + | sed 's/^/file /'
[ ! -f route-mesh-host.sh ] || sh ./route-mesh-host.sh report | sed 's/^/report /'
`;

function parseConf(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, key, value] = /^([a-z0-9-]+)=(.*)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

function wanted(conf: ReadonlyMap<string, string>, key: string): string {
  const value = conf.get(key);
  if (!value) throw unreadable(SECTION, `${key}=${value ?? ''}`, `${key} in /etc/route-mesh/mesh.conf`);
  return value;
}

function wantedPrefix(conf: ReadonlyMap<string, string>, key: string): string {
  const value = wanted(conf, key);
  const prefix = parsePrefix(value);
  if (prefix === undefined)
    throw unreadable(SECTION, `${key}=${value}`, 'a prefix in /etc/route-mesh/mesh.conf');
  return formatPrefix(prefix);
}

/** Lines `HOST PREFIX via …`; the host's own block is `self unreachable PREFIX` and no peer. */
function parsePeers(lines: readonly string[]): Readonly<Record<string, string>> {
  const peers = lines.flatMap((line): [string, string][] => {
    const [name = '', destination = ''] = line.trim().split(/\s+/);
    const prefix = name.startsWith('#') ? undefined : parsePrefix(destination);
    return prefix === undefined ? [] : [[name, formatPrefix(prefix)]];
  });
  return Object.fromEntries(peers);
}

/** sha256sum prints `HASH  ./NAME`. */
function parseFiles(lines: readonly string[]): Readonly<Record<string, string>> {
  const files = lines.map((line): [string, string] => {
    const [, hash, name] = /^([0-9a-f]{64}) [ *]\.\/(.+)$/.exec(line) ?? [];
    if (hash === undefined || name === undefined) throw unreadable(SECTION, line, 'a line of sha256sum');
    return [name, hash];
  });
  return Object.fromEntries(files);
}

/** No report means that the program is gone, and nobody watches. */
function parseReport(
  report: readonly Entry[],
): Pick<FootprintFacts, 'firewall' | 'firewallDifferences' | 'watcher' | 'bootHook' | 'lock'> {
  const firewall = restOf(report, 'firewall');
  return {
    firewall: firewall === 'intact' || firewall === 'changed' ? firewall : 'absent',
    firewallDifferences: restsOf(report, 'firewall-difference'),
    watcher: restOf(report, 'watcher') === 'yes',
    bootHook: restOf(report, 'boot-hook') === 'yes',
    lock: restOf(report, 'lock') || undefined,
  };
}

function parseRevision(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw unreadable(SECTION, text, 'a revision number');
  return Number(text);
}

function parse(lines: readonly string[]): FootprintFacts | undefined {
  const entries = parseEntries(lines);
  if (restOf(entries, 'conf') === undefined) return undefined;
  const conf = parseConf(restsOf(entries, 'conf'));
  const original = restOf(entries, 'original') === undefined;
  return {
    mesh: wanted(conf, 'mesh'),
    host: wanted(conf, 'host'),
    pool: wantedPrefix(conf, 'pool'),
    block: wantedPrefix(conf, 'block'),
    underlay: wanted(conf, 'underlay'),
    revision: parseRevision(restOf(entries, 'revision') ?? '0'),
    files: parseFiles(restsOf(entries, 'file')),
    peers: parsePeers(restsOf(entries, 'route')),
    daemonJsonHash: restOf(entries, 'written') || undefined,
    originalDaemonJson: original
      ? undefined
      : decodeFile(SECTION, entries, 'content', 'the original daemon.json'),
    originalDocker0: restOf(entries, 'docker0') || undefined,
    ...parseReport(parseEntries(restsOf(entries, 'report'))),
  };
}

/** Undefined: there is no /etc/route-mesh/mesh.conf. */
export const footprintFact: Fact<FootprintFacts | undefined> = { section: SECTION, command, parse };
