/** How dockerd is told what to do: flags, wherever they are written, and daemon.json. */
import { configuredFlags, type OptionFile, runningFlags, splitWords, type UnitLine } from './docker-flags.ts';
import { decodeFile } from './encoded-file.ts';
import { type Entry, type Fact, parseEntries, restOf, restsOf, unreadable } from './fact.ts';
import type { DockerFacts } from './model.ts';

export type DockerSetup = Pick<DockerFacts, 'flags' | 'daemonJson' | 'daemonJsonPath'>;

const SECTION = 'docker_setup';

const DEFAULT_PATH = '/etc/docker/daemon.json';

/**
 * A dockerd inside a container, with a process namespace of its own, is not the host's. Values of flags that may hold
 * secrets (log and network drivers' options, proxies, labels) do not leave the host; nor do the unit's Environment=
 * lines. Option files: Debian, RHEL, Alpine, and what else the unit reads.
 */
const command = String.raw`
have docker || have dockerd || return 0
tab=$(printf '\t')
hide() {
  sed -e "s/\(--[a-z-]*-opts\{0,1\}[= $tab]\)[^ $tab]*/\1hidden/g" \
    -e "s/\(--[a-z-]*-proxy[= $tab]\)[^ $tab]*/\1hidden/g" -e "s/\(--label[= $tab]\)[^ $tab]*/\1hidden/g"
}
logical_lines() { sed -e ':join' -e '/\\$/{' -e N -e 's/\\\n//' -e 'b join' -e '}' "$@"; }
namespace=$(readlink /proc/self/ns/pid)
arguments=
for process in $(cat /var/run/docker.pid) $(pidof dockerd); do
  read -r name <"/proc/$process/comm" || continue
  [ "$name" = dockerd ] || continue
  [ "$(readlink "/proc/$process/ns/pid")" = "$namespace" ] || continue
  arguments=$(tr '\0\n' '\t ' <"/proc/$process/cmdline" | hide)
  echo "process $process$tab$arguments"
  break
done
unit=
have systemctl && unit=$(systemctl cat docker.service | logical_lines |
  sed -n -e '/^# \//p' -e '/^ExecStart[[:space:]]*=/p' -e '/^EnvironmentFile[[:space:]]*=/p' | hide)
[ -z "$unit" ] || printf '%s\n' "$unit" | sed 's/^/unit /'
options=
for file in /etc/default/docker /etc/sysconfig/docker /etc/sysconfig/docker-network /etc/sysconfig/docker-storage \
  /etc/conf.d/docker $(printf '%s\n' "$unit" | sed -n 's/^EnvironmentFile[[:space:]]*=[[:space:]]*-\{0,1\}//p'); do
  [ -f "$file" ] || continue
  case " $options " in *" $file "*) continue ;; esac
  options="$options $file"
  logical_lines "$file" | sed -n 's/^[[:space:]]*\(export[[:space:]]*\)\{0,1\}\([A-Za-z_]*OP[A-Za-z_]*=\)/\2/p' |
    hide | sed "s|^|option $file |"
done
# shellcheck disable=SC2020 # two characters for two
daemon_json=$({ if [ -n "$arguments" ]; then printf '%s\n' "$arguments"; else printf '%s\n' "$unit"; fi; } |
  tr '\t ' '\n\n' | sed -n -e '/^--config-file$/{' -e n -e p -e '}' -e 's/^--config-file=//p' | tail -n 1)
[ -n "$daemon_json" ] || daemon_json=${DEFAULT_PATH}
if [ -f "$daemon_json" ]; then
  echo "daemon-json present $daemon_json"
  encode content "$daemon_json"
else
  echo "daemon-json absent $daemon_json"
fi
`;

function parseUnitLine(text: string): readonly UnitLine[] {
  if (text.startsWith('# ')) return [{ kind: 'file', path: text.slice(2) }];
  const start = /^ExecStart\s*=(.*)$/.exec(text)?.[1];
  return start === undefined ? [] : [{ kind: 'start', command: start }];
}

function parseOptionFile(text: string): OptionFile {
  const [, path, name, value] = /^(\S+) (\w+)=(.*)$/.exec(text) ?? [];
  if (path === undefined || name === undefined || value === undefined) {
    throw unreadable(SECTION, text, 'NAME=value of an option file');
  }
  return { path, name, words: splitWords(value).flatMap(splitWords) };
}

function parseAllFlags(entries: readonly Entry[]): DockerFacts['flags'] {
  const unit = restsOf(entries, 'unit').flatMap(parseUnitLine);
  const configured = configuredFlags(unit, restsOf(entries, 'option').map(parseOptionFile));
  const process = restOf(entries, 'process');
  if (process === undefined) return configured;
  const [pid, ...words] = process.replace(/\t$/, '').split('\t');
  return runningFlags(words, `the running dockerd, process ${pid}`, configured);
}

function parse(lines: readonly string[]): DockerSetup | undefined {
  if (lines.length === 0) return undefined;
  const entries = parseEntries(lines);
  const place = restOf(entries, 'daemon-json') ?? '';
  const [, state, path] = /^(present|absent) (\/.*)$/.exec(place) ?? [];
  if (path === undefined) throw unreadable(SECTION, place, 'the place of daemon.json');
  const daemonJson = state === 'present' ? decodeFile(SECTION, entries, 'content', path) : undefined;
  return { flags: parseAllFlags(entries), daemonJson, daemonJsonPath: path };
}

/** Undefined: the host has neither docker nor dockerd. */
export const dockerSetupFact: Fact<DockerSetup | undefined> = { section: SECTION, command, parse };
