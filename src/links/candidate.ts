/** Addresses of a host that other hosts may use as next hop. */
import type { AddressFact, Facts, LinkFact } from '../facts/model.ts';
import { checkedPrefix, contains, type Prefix } from '../net/prefix.ts';

export type HostFacts = Pick<Facts, 'addresses' | 'links' | 'routes' | 'docker' | 'sshServerAddress'>;

export type Candidate = {
  readonly address: string;
  readonly interface: string;
  /** Connected prefix of the address, canonical. */
  readonly prefix: string;
};

/**
 * Interfaces of container engines, hypervisors, network plug-ins and tunnels: what is behind them is on this host, or
 * depends on the underlay itself. By name, for the kernel's kind does not tell: `bridge` may also be a host's uplink,
 * and `veth` is one inside an LXC guest.
 */
const innerInterfaces =
  /^(docker\d|docker_gwbridge|br-[0-9a-f]{12}|veth|podman|cni|virbr|lxcbr|lxdbr|incusbr|flannel|cali|cilium|kube|weave|vxlan|tun|tap|wg|tailscale|zt|nebula)/;

const tunnelKinds = new Set([
  'dummy',
  'geneve',
  'gre',
  'gretap',
  'ipip',
  'sit',
  'tun',
  'vti',
  'vxlan',
  'wireguard',
]);

/** IPv4 addresses of global scope on any interface; what a pin may choose from. */
export function globalAddresses(facts: HostFacts): readonly Candidate[] {
  return facts.addresses.filter(isGlobal).map((fact) => ({
    address: fact.address,
    interface: fact.interface,
    prefix: fact.prefix,
  }));
}

/** Those of them that may be taken unasked: on an interface that is up and leads out of the host. */
export function outwardAddresses(facts: HostFacts): readonly Candidate[] {
  const up = new Map(facts.links.filter((link) => link.up).map((link) => [link.name, link]));
  const docker = new Set((facts.docker?.networks ?? []).map((network) => network.interface));
  return globalAddresses(facts).filter((candidate) => {
    const link = up.get(candidate.interface);
    return link !== undefined && leadsOut(link) && !docker.has(link.name);
  });
}

/** True when the candidate's address lies in the prefix. */
export function liesIn(candidate: Candidate, prefix: Prefix): boolean {
  return contains(prefix, checkedPrefix(`${candidate.address}/32`));
}

/** `10.0.0.5/24 on eth0`, for messages. */
export function describeCandidate(candidate: Candidate): string {
  return `${candidate.address}/${checkedPrefix(candidate.prefix).length} on ${candidate.interface}`;
}

function isGlobal(fact: AddressFact): boolean {
  return fact.family === 4 && fact.scope === 'global' && fact.interface !== 'lo';
}

function leadsOut(link: LinkFact): boolean {
  return !innerInterfaces.test(link.name) && !tunnelKinds.has(link.kind ?? '');
}
