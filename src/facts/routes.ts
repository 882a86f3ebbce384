/** IPv4 routes of all tables but `local`, by `ip -4 -o route show table all`. */
import { formatPrefix, parsePrefix } from '../net/prefix.ts';
import { ROUTE_METRIC, ROUTE_PROTOCOL } from '../net/route-mark.ts';
import { type Fact, unreadable } from './fact.ts';
import type { RouteFact } from './model.ts';
import { BOOT_PROTOCOL, KERNEL_PROTOCOL, protocolNumber } from './route-protocols.ts';

const SECTION = 'routes';

/** The names that `ip` prints for protocols come from files; newer iproute2 has its own ones below /usr. */
const command = String.raw`
echo "program $(ip -V 2>&1 | head -n 1)"
cat /usr/share/iproute2/rt_protos /usr/lib/iproute2/rt_protos /usr/share/iproute2/rt_protos.d/*.conf \
  /etc/iproute2/rt_protos /etc/iproute2/rt_protos.d/*.conf |
  sed -n 's/^[[:space:]]*\([0-9][0-9a-fx]*\)[[:space:]][[:space:]]*\([^[:space:]#]*\).*/protocol \1 \2/p'
ip -4 -o route show table all
`;

/** rtm_type by its names in iproute2's lib/rt_names.c (ip/rtm_map.c); a route that shows none is unicast. */
const TYPES: ReadonlySet<string> = new Set(
  'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat xresolve'.split(' '),
);

const VALUED = new Set(['via', 'dev', 'proto', 'metric', 'table', 'src', 'scope']);

type Attributes = { readonly values: ReadonlyMap<string, string>; readonly flags: ReadonlySet<string> };

/** Reads `via A dev B proto C … onlink`. Words with no meaning here (mtu, weight, pref, dead) are passed over. */
function parseAttributes(words: readonly string[]): Attributes {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!VALUED.has(word)) {
      flags.add(word);
      continue;
    }
    at += 1;
    // RFC 5549: an IPv6 next hop of an IPv4 route is printed as `via inet6 ADDRESS`.
    if (word === 'via' && /^inet6?$/.test(words[at] ?? '')) at += 1;
    values.set(word, words[at] ?? '');
  }
  return { values, flags };
}

type Host = {
  /** busybox's ip prints no protocol at all. */
  readonly printsProtocol: boolean;
  readonly protocols: ReadonlyMap<string, number>;
};

/** iproute2 leaves out `proto boot`. Where none is ever printed, our private metric is the mark that is left. */
function parseProtocol({ values }: Attributes, host: Host): number {
  const text = values.get('proto');
  if (text !== undefined) return protocolNumber(text, host.protocols);
  if (host.printsProtocol) return BOOT_PROTOCOL;
  if (values.get('metric') === String(ROUTE_METRIC)) return ROUTE_PROTOCOL;
  const connected = values.get('scope') === 'link' && values.has('src') && !values.has('via');
  return connected ? KERNEL_PROTOCOL : BOOT_PROTOCOL;
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  const entry: { [K in Key]?: string } = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}

function parseHop(common: Omit<RouteFact, 'onlink'>, { values, flags }: Attributes): RouteFact {
  const hop = { ...optional('via', values.get('via')), ...optional('interface', values.get('dev')) };
  return { ...common, ...hop, onlink: flags.has('onlink') };
}

function parseRoute(line: string, host: Host): readonly RouteFact[] {
  const [head = '', ...segments] = line.split('\\');
  const words = head.split(/\s+/).filter((word) => word !== '');
  const type = TYPES.has(words[0] ?? '') ? (words.shift() ?? '') : 'unicast';
  const name = words.shift() ?? '';
  const destination = name === 'default' ? parsePrefix('0.0.0.0/0') : parsePrefix(name);
  const attributes = parseAttributes(words);
  const { values } = attributes;
  const metric = Number(values.get('metric') ?? 0);
  if (destination === undefined || !Number.isSafeInteger(metric)) {
    throw unreadable(SECTION, line, 'a route of `ip -4 -o route`');
  }
  const common = {
    type,
    destination: formatPrefix(destination),
    protocol: parseProtocol(attributes, host),
    metric,
    table: values.get('table') ?? 'main',
    ...optional('source', values.get('src')),
    ...optional('scope', values.get('scope')),
    text: line.replaceAll('\\', ' ').replace(/\s+/g, ' ').trim(),
  };
  const hops = segments.filter((segment) => segment.trim().startsWith('nexthop '));
  if (hops.length === 0) return [parseHop(common, attributes)];
  return hops.map((hop) => parseHop(common, parseAttributes(hop.trim().split(/\s+/))));
}

function parseHost(lines: readonly string[]): Host {
  const protocols = new Map<string, number>();
  for (const line of lines) {
    const [, number, name] = /^protocol (\d+|0x[0-9a-f]+) (\S+)$/.exec(line) ?? [];
    if (number !== undefined && name !== undefined) protocols.set(name, Number(number));
  }
  return { protocols, printsProtocol: lines.some((line) => /^program .*iproute2/.test(line)) };
}

function parse(lines: readonly string[]): readonly RouteFact[] {
  const host = parseHost(lines);
  return lines
    .filter((line) => !/^(?:program|protocol) /.test(line))
    .flatMap((line) => parseRoute(line, host))
    .filter((route) => route.table !== 'local');
}

export const routesFact: Fact<readonly RouteFact[]> = { section: SECTION, command, parse };
