/** Which commands the host has. */
import { type Fact, unreadable } from './fact.ts';

const SECTION = 'tools';

const NAMES: readonly string[] = [
  'awk',
  'base64',
  'cmp',
  'docker',
  'dockerd',
  'flock',
  'ip',
  'iptables',
  'iptables-restore',
  'nft',
  'nsenter',
  'ping',
  'setsid',
  'sha256sum',
  'systemctl',
  'unshare',
];

/** `iproute2` is no command: it says that `ip` is iproute2's and not busybox's, which knows no route protocols. */
const command = `
for tool in ${NAMES.join(' ')}; do
  if have "$tool"; then echo "$tool yes"; else echo "$tool no"; fi
done
case $(ip -V 2>&1) in *iproute2*) echo 'iproute2 yes' ;; *) echo 'iproute2 no' ;; esac
`;

function parse(lines: readonly string[]): Readonly<Record<string, boolean>> {
  const entries = lines.map((line): [string, boolean] => {
    const [, name, present] = /^(\S+) (yes|no)$/.exec(line) ?? [];
    if (name === undefined) throw unreadable(SECTION, line, 'a tool with yes or no');
    return [name, present === 'yes'];
  });
  return Object.fromEntries(entries);
}

export const toolsFact: Fact<Readonly<Record<string, boolean>>> = { section: SECTION, command, parse };
