/** Facts of made-up hosts: a plain host without Docker, and what a test says on top of that. */
import type {
  AddressFact,
  DockerFacts,
  DockerNetworkFact,
  Facts,
  FootprintFacts,
  LinkFact,
  RouteFact,
} from '../../src/facts/model.ts';
import { formatPrefix, parsePrefix } from '../../src/net/prefix.ts';

/** A Debian host with loopback only, all that is not overridden. */
export function buildFacts(overrides: Partial<Facts> = {}): Facts {
  return {
    hostname: 'host',
    time: 1_795_000_000,
    system: {
      id: 'debian',
      name: 'Debian GNU/Linux 12 (bookworm)',
      version: '12',
      kernel: '6.1.0-18-amd64',
      architecture: 'x86_64',
    },
    init: 'systemd',
    userId: 0,
    links: [buildLink('lo')],
    addresses: [{ ...buildAddress('lo', '127.0.0.1/8'), scope: 'host' }],
    routes: [],
    rules: [],
    docker: undefined,
    firewall: { iptables: 'nft', nft: true, firewalld: false, ufw: false },
    sysctls: {},
    networkdRemovesForeignRoutes: false,
    freeBytes: { varLib: 10_000_000_000, etc: 10_000_000_000 },
    tools: {
      awk: true,
      cmp: true,
      flock: true,
      iproute2: true,
      iptables: true,
      nft: true,
      setsid: true,
      sha256sum: true,
    },
    footprint: undefined,
    ...overrides,
  };
}

export function buildLink(name: string, overrides: Partial<LinkFact> = {}): LinkFact {
  return { name, mtu: 1500, up: true, ...overrides };
}

/** @param text address with length, `10.0.0.5/24` */
export function buildAddress(device: string, text: string): AddressFact {
  const [address = '', length = '32'] = text.split('/');
  return {
    interface: device,
    family: 4,
    address,
    length: Number(length),
    prefix: canonical(text),
    scope: 'global',
  };
}

/** Links and addresses, and the connected routes that the kernel makes of them. */
export function buildInterfaces(
  addresses: Readonly<Record<string, string | readonly string[]>>,
): Pick<Facts, 'links' | 'addresses' | 'routes'> {
  const facts = Object.entries(addresses).flatMap(([device, texts]) =>
    [texts].flat().map((text) => buildAddress(device, text)),
  );
  return {
    links: Object.keys(addresses).map((device) => buildLink(device)),
    addresses: facts,
    routes: facts
      .filter((fact) => fact.length < 32)
      .map((fact) =>
        buildRoute(`${fact.prefix} dev ${fact.interface} proto kernel scope link src ${fact.address}`),
      ),
  };
}

const protocols: Readonly<Record<string, number>> = {
  kernel: 2,
  boot: 3,
  static: 4,
  dhcp: 16,
  bird: 12,
  bgp: 186,
};

/** @param text a line of `ip route`, with words that come in pairs and `onlink`; the type may come first */
export function buildRoute(text: string, overrides: Partial<RouteFact> = {}): RouteFact {
  const words = text.split(' ');
  const typed = /^[a-z]/.test(text) && words[0] !== 'default';
  const [type, destination] = typed ? [words[0], words[1]] : ['unicast', words[0]];
  const after = (word: string): string | undefined => {
    const at = words.indexOf(word);
    return at < 0 ? undefined : words[at + 1];
  };
  const [via, device, source, scope] = [after('via'), after('dev'), after('src'), after('scope')];
  const protocol = after('proto') ?? 'boot';
  return {
    type: type ?? 'unicast',
    destination: destination === 'default' ? '0.0.0.0/0' : canonical(destination ?? ''),
    ...(via === undefined ? {} : { via }),
    ...(device === undefined ? {} : { interface: device }),
    ...(source === undefined ? {} : { source }),
    ...(scope === undefined ? {} : { scope }),
    protocol: protocols[protocol] ?? Number(protocol),
    metric: Number(after('metric') ?? 0),
    table: after('table') ?? 'main',
    onlink: words.includes('onlink'),
    text,
    ...overrides,
  };
}

export function buildDocker(overrides: Partial<DockerFacts> = {}): DockerFacts {
  return {
    serverVersion: '28.5.2',
    rootless: false,
    liveRestore: false,
    firewallBackend: 'iptables',
    swarm: false,
    daemonJson: undefined,
    daemonJsonPath: '/etc/docker/daemon.json',
    flags: [],
    networks: [buildNetwork('bridge', '172.17.0.0/16', 'docker0')],
    containers: [],
    canValidate: true,
    ...overrides,
  };
}

export function buildNetwork(name: string, subnet: string, device = `br-${name}`): DockerNetworkFact {
  return { id: name, name, driver: 'bridge', interface: device, subnets: [subnet], internal: false };
}

export function buildFootprint(overrides: Partial<FootprintFacts> = {}): FootprintFacts {
  return {
    mesh: 'mesh',
    host: 'host',
    pool: '10.208.0.0/16',
    block: '10.208.0.0/22',
    underlay: '192.0.2.1',
    revision: 1,
    files: {},
    peers: {},
    daemonJsonHash: undefined,
    originalDaemonJson: undefined,
    originalDocker0: undefined,
    firewall: 'intact',
    firewallDifferences: [],
    watcher: true,
    bootHook: true,
    lock: undefined,
    ...overrides,
  };
}

function canonical(text: string): string {
  const prefix = parsePrefix(text);
  if (!prefix) throw new TypeError(`not a prefix: ${text}`);
  return formatPrefix(prefix);
}
