/** Who the host is: system, init, user, and the addresses of the SSH connection. */
import { type Entry, type Fact, parseEntries, restOf, restsOf, unreadable } from './fact.ts';
import type { Facts } from './model.ts';

type SystemFacts = Pick<
  Facts,
  'hostname' | 'time' | 'system' | 'init' | 'userId' | 'sshServerAddress' | 'sshClientAddress'
>;

const SECTION = 'system';

/** sudo drops SSH_CONNECTION from the environment, but the processes above it, of the same login, still show it. */
const command = String.raw`
echo "uname $(uname -nrm)"
echo "time $(date +%s)"
echo "user $(id -u)"
for file in /etc/os-release /usr/lib/os-release; do
  [ -r "$file" ] && sed 's/^/os-release /' "$file" && break
done
echo
if [ -d /run/systemd/system ] && have systemctl; then echo init systemd
elif have rc-service; then echo init openrc
else echo init other
fi
connection=$SSH_CONNECTION
process=$$
while [ -z "$connection" ] && [ "$process" -gt 1 ]; do
  connection=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=//p')
  process=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$process/status")
done
echo "ssh $connection"
`;

/** Value of a KEY=VALUE line, quoted or not; os-release(5). */
function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value.trim());
  return (quoted?.[2] ?? value.trim()).replace(/\\(["'$`\\])/g, '$1');
}

function parseOsRelease(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const match = /^([A-Z_0-9]+)=(.*)$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], unquote(match[2] ?? '')]];
    }),
  );
}

function numberOf(entries: readonly Entry[], word: string): number {
  const text = restOf(entries, word) ?? '';
  if (!/^\d{1,15}$/.test(text)) throw unreadable(SECTION, `${word} ${text}`, `${word} and a number`);
  return Number(text);
}

function parseInit(text: string | undefined): Facts['init'] {
  return text === 'systemd' || text === 'openrc' ? text : 'other';
}

/** SSH_CONNECTION is `client port server port`; sshd on a dual-stack socket may say ::ffff:a.b.c.d. */
function parseConnection(text: string): Pick<Facts, 'sshServerAddress' | 'sshClientAddress'> {
  const [client, , server] = text.split(' ').map((word) => word.replace(/^::ffff:(?=\d+\.)/, ''));
  if (!client || !server) return {};
  return { sshServerAddress: server, sshClientAddress: client };
}

function parse(lines: readonly string[]): SystemFacts {
  const entries = parseEntries(lines);
  const uname = restOf(entries, 'uname') ?? '';
  const [hostname, kernel, architecture] = uname.split(' ');
  if (!hostname || !kernel || !architecture) {
    throw unreadable(SECTION, `uname ${uname}`, 'a host name, a kernel release and a machine');
  }
  const release = parseOsRelease(restsOf(entries, 'os-release'));
  const id = release.get('ID') ?? 'linux';
  const system = {
    id,
    name: release.get('NAME') ?? id,
    version: release.get('VERSION_ID') ?? '',
    kernel,
    architecture,
  };
  return {
    hostname,
    time: numberOf(entries, 'time'),
    system,
    init: parseInit(restOf(entries, 'init')),
    userId: numberOf(entries, 'user'),
    ...parseConnection(restOf(entries, 'ssh') ?? ''),
  };
}

export const systemFact: Fact<SystemFacts> = { section: SECTION, command, parse };
