/** Kernel settings that decide whether packets are forwarded; Documentation/networking/ip-sysctl.rst. */
import { type Fact, unreadable } from './fact.ts';

const SECTION = 'sysctls';

/** rp_filter counts per interface, the higher of `all` and its own; containers' veths are many and alike. */
const command = String.raw`
set -- /dev/null
for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
  case $file in */veth*) ;; *) set -- "$@" "$file" ;; esac
done
grep . "$@" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/fib_multipath_hash_policy \
  /proc/sys/net/ipv6/conf/all/forwarding /proc/sys/net/bridge/bridge-nf-call-iptables \
  /proc/sys/net/netfilter/nf_conntrack_max
`;

/** As sysctl(8) writes it: a dot inside a part, as in eth0.100, becomes a slash. */
function sysctlName(path: string): string {
  return path
    .split('/')
    .map((part) => part.replaceAll('.', '/'))
    .join('.');
}

function parse(lines: readonly string[]): Readonly<Record<string, string>> {
  const entries = lines.map((line): [string, string] => {
    const [, path, value] = /^\/proc\/sys\/(.+):(\S*)$/.exec(line) ?? [];
    if (path === undefined || value === undefined) throw unreadable(SECTION, line, 'a file below /proc/sys');
    return [sysctlName(path), value];
  });
  return Object.fromEntries(entries);
}

export const sysctlsFact: Fact<Readonly<Record<string, string>>> = { section: SECTION, command, parse };
