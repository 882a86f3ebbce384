/** Reads off the facts which prefixes are in use by something that is not this mesh. */
import type { AddressFact, DockerNetworkFact, Facts, RouteFact } from '../facts/model.ts';
import { checkedPrefix, contains, type Prefix, parsePrefix } from '../net/prefix.ts';
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';
import type { Occupied } from './model.ts';

/** Docker's default bridge: its subnet is what route-mesh is about to replace. */
const defaultBridge = 'docker0';

/** Never given out and on every host: loopback, link-local, multicast and reserved (RFC 6890). */
const specialRanges = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(checkedPrefix);

/**
 * A VPN that takes all traffic does it with 0.0.0.0/1 and 128.0.0.0/1 (OpenVPN's `redirect-gateway def1`); like the
 * default route they name no network. Private networks are /8 at most.
 */
const shortestNetwork = 8;

/** Route types that give addresses away, or refuse them; the others are the kernel's own. */
const routeTypes = new Set(['unicast', 'unreachable', 'blackhole', 'prohibit', 'throw']);

type HostFacts = Pick<Facts, 'addresses' | 'routes' | 'docker' | 'footprint' | 'sshClientAddress'>;

/**
 * Addresses, routes of all tables and Docker networks of the hosts, the address that the operator comes from, for a
 * block over it would cut the line, and what the inventory avoids. Left out: routes of ours, docker0, and what lies in the block that the host holds itself.
 * @param facts host name -> facts
 * @param avoid canonical prefixes
 */
export function occupiedBy(
  facts: ReadonlyMap<string, HostFacts>,
  avoid: readonly string[] = [],
): readonly Occupied[] {
  const avoided = avoid.map((prefix): Occupied => ({ prefix, kind: 'avoided', what: `avoid ${prefix}` }));
  return [...avoided, ...[...facts].flatMap(([host, its]) => occupiedByHost(host, its))];
}

function occupiedByHost(host: string, facts: HostFacts): readonly Occupied[] {
  const own = facts.footprint && checkedPrefix(facts.footprint.block);
  const networks = (facts.docker?.networks ?? []).filter((network) => !isDefaultBridge(network));
  const addresses = facts.addresses.filter((address) => address.family === 4);
  // An address makes a connected route, a Docker network makes both: each is told once, in the operator's words.
  const bridged = new Set(
    networks.flatMap((net) => net.subnets.map((subnet) => `${net.interface} ${subnet}`)),
  );
  const attached = addresses.filter((address) => !bridged.has(`${address.interface} ${address.prefix}`));
  const connected = new Set(addresses.map((address) => `${address.interface} ${address.prefix}`));
  const routes = facts.routes.filter((route) => !connected.has(`${route.interface} ${route.destination}`));
  const operator = byOperator(facts.sshClientAddress);
  return [
    ...networks.flatMap(byNetwork),
    ...attached.flatMap(byAddress),
    ...routes.flatMap(byRoute),
    ...operator,
  ]
    .filter((entry) => isForeign(checkedPrefix(entry.prefix), own))
    .map((entry) => ({ ...entry, host }));
}

function isForeign(prefix: Prefix, own: Prefix | undefined): boolean {
  if (prefix.length < shortestNetwork || (own && contains(own, prefix))) return false;
  return !specialRanges.some((range) => contains(range, prefix));
}

function isDefaultBridge(network: DockerNetworkFact): boolean {
  return network.name === 'bridge' && (network.interface ?? defaultBridge) === defaultBridge;
}

function byNetwork(network: DockerNetworkFact): readonly Occupied[] {
  return network.subnets.map((prefix) => ({
    prefix,
    kind: 'docker',
    what: `docker network ${network.name}`,
  }));
}

function byAddress(fact: AddressFact): readonly Occupied[] {
  if (fact.interface === defaultBridge) return [];
  const what = `address ${fact.address}/${fact.length} on ${fact.interface}`;
  const prefixes = [fact.prefix];
  // The prefix of a point-to-point link is the peer's.
  if (fact.peer !== undefined) prefixes.push(`${fact.address}/32`);
  return prefixes.map((prefix) => ({ prefix, kind: 'attached', what }));
}

function byOperator(address: string | undefined): readonly Occupied[] {
  if (address === undefined || parsePrefix(address) === undefined) return [];
  return [{ prefix: `${address}/32`, kind: 'attached', what: `the address ${address} that you log in from` }];
}

function byRoute(route: RouteFact): readonly Occupied[] {
  if (route.protocol === ROUTE_PROTOCOL || !routeTypes.has(route.type)) return [];
  const attached = route.type === 'unicast' && route.via === undefined && route.interface !== undefined;
  if (attached && route.interface === defaultBridge) return [];
  return [
    { prefix: route.destination, kind: attached ? 'attached' : 'routed', what: `route ${route.text.trim()}` },
  ];
}
