/** Interfaces, by `ip -d -o link`. busybox's ip has no -d; there sysfs tells the kind where the driver does. */
import { type Fact, unreadable } from './fact.ts';
import type { LinkFact } from './model.ts';

const SECTION = 'links';

const command = `
ip -d -o link show || { ip -o link show; grep DEVTYPE= /sys/class/net/*/uevent /dev/null; }
`;

/** `-o` joins the lines of one link by a backslash: header, link layer, kind and its settings, kind of slave, names. */
const HEADER = /^\d+: ([^\s@:]+(?:@[^\s:]+)?): <([A-Z_0-9,-]*)> mtu (\d+)(.*)$/;
const DEVICE_TYPE = /^\/sys\/class\/net\/([^/]+)\/uevent:DEVTYPE=(\S+)$/;

/** Not kinds: lines that stand in the place of the kind when the link has none. */
const NOT_A_KIND = /_slave$|^(?:altname|alias|vf|prog|prog\/xdp|RX:|TX:)$/;

function parseKind(segment: string | undefined): string | undefined {
  const word = segment?.trim().split(/\s+/)[0];
  return word === undefined || word === '' || NOT_A_KIND.test(word) ? undefined : word;
}

function parseUp(flags: readonly string[]): boolean {
  return (flags.includes('UP') || flags.includes('LOWER_UP')) && !flags.includes('NO-CARRIER');
}

function parseLink(line: string, types: ReadonlyMap<string, string>): LinkFact {
  const [header = '', ...segments] = line.split('\\');
  const [, label, flags, mtu, rest = ''] = HEADER.exec(header) ?? [];
  if (label === undefined || flags === undefined || mtu === undefined) {
    throw unreadable(SECTION, line, 'a link of `ip -o link`');
  }
  const name = label.split('@')[0] ?? label;
  const master = / master (\S+)/.exec(rest)?.[1];
  const kind = parseKind(segments[1]) ?? types.get(name);
  const mac = /^\s*link\/ether ([0-9a-f:]{17})/.exec(segments[0] ?? '')?.[1];
  return {
    name,
    mtu: Number(mtu),
    up: parseUp(flags.split(',')),
    ...(master === undefined ? {} : { master }),
    ...(kind === undefined ? {} : { kind }),
    ...(mac === undefined ? {} : { mac }),
  };
}

function parse(lines: readonly string[]): readonly LinkFact[] {
  const types = new Map<string, string>();
  const links: string[] = [];
  for (const line of lines) {
    const [, name, type] = DEVICE_TYPE.exec(line) ?? [];
    if (name === undefined || type === undefined) links.push(line);
    else types.set(name, type);
  }
  return links.map((line) => parseLink(line, types));
}

export const linksFact: Fact<readonly LinkFact[]> = { section: SECTION, command, parse };
