/**
 * The lab's networks, as names, addresses and `ip` commands. Pure.
 *
 *   segment 1  10.99.0.0/24  bridge br0 in the hub's namespace: the operator, .254, and hosts .1 to .200
 *   segment 2  10.99.1.0/24  bridge br0 in the router's namespace, .254; the router is 10.99.0.253 on segment 1
 *   outside    10.99.9.0/24  the hub's second interface leads to a namespace of its own, .1: the world beyond the mesh
 */
import type { DockerRelease } from './docker-release.ts';
import type { LabHost, LabState } from './state.ts';

export const operatorAddress = '10.99.0.254';
/** The router between two segments, by the segment that it is seen from. */
export const routerAddresses = { 1: '10.99.0.253', 2: '10.99.1.254' } as const;
export const outsideAddress = '10.99.9.1';

/** More would run out of addresses on a segment. */
export const hostLimit = 200;

/** Names of network namespaces, unique on this computer by the lab's name. */
export function hubNamespace(lab: string): string {
  return `route-mesh-${lab}-hub`;
}
export function routerNamespace(lab: string): string {
  return `route-mesh-${lab}-router`;
}
export function outsideNamespace(lab: string): string {
  return `route-mesh-${lab}-outside`;
}
export function hostNamespace(lab: string, host: string): string {
  return `route-mesh-${lab}-${host}`;
}

/** Argument list in front of a command that is to run in a network namespace. */
export function enterNamespace(namespace: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, '--'];
}

/** All namespaces that the lab may have, for taking it down. */
export function allNamespaces(state: LabState): readonly string[] {
  const { name, hosts } = state;
  const machines = hosts.map((host) => hostNamespace(name, host.name));
  return [...machines, routerNamespace(name), outsideNamespace(name), hubNamespace(name)];
}

/** `10.99.0.4` for the fourth host of segment 1. */
function hostAddress(segment: 1 | 2, index: number): string {
  return `10.99.${segment - 1}.${index}`;
}

/** The lab's host number `index` (from 1). */
export function planHost(
  index: number,
  segment: 1 | 2,
  docker: DockerRelease,
  dockerVersion: string,
): LabHost {
  return { name: `h${index}`, index, address: hostAddress(segment, index), segment, docker, dockerVersion };
}

/** Script that makes the hub, the outside and, for two segments, the router. */
export function renderBackbone(state: LabState): string {
  const hub = hubNamespace(state.name);
  const outside = outsideNamespace(state.name);
  const lines = [
    ...renderBridge(hub, operatorAddress),
    `ip netns add ${outside}`,
    `ip -n ${hub} link add outside type veth peer name eth0 netns ${outside}`,
    `ip -n ${hub} addr add 10.99.9.254/24 dev outside`,
    `ip -n ${hub} link set outside up`,
    `ip -n ${outside} link set lo up`,
    `ip -n ${outside} addr add ${outsideAddress}/24 dev eth0`,
    `ip -n ${outside} link set eth0 up`,
    `ip -n ${outside} route add default via 10.99.9.254`,
    ...(state.segments === 2 ? renderRouter(state.name) : []),
  ];
  return lines.join('\n');
}

function renderRouter(lab: string): readonly string[] {
  const [hub, router] = [hubNamespace(lab), routerNamespace(lab)];
  return [
    ...renderBridge(router, routerAddresses[2]),
    `ip -n ${hub} link add router type veth peer name eth0 netns ${router}`,
    `ip -n ${hub} link set router master br0 up`,
    `ip -n ${router} addr add ${routerAddresses[1]}/24 dev eth0`,
    `ip -n ${router} link set eth0 up`,
    `ip -n ${router} route add default via ${operatorAddress}`,
    `ip -n ${hub} route add 10.99.1.0/24 via ${routerAddresses[1]}`,
  ];
}

/** A namespace that forwards, with a bridge; its frames must not pass through iptables as br_netfilter would have it. */
function renderBridge(namespace: string, address: string): readonly string[] {
  return [
    `ip netns add ${namespace}`,
    `ip -n ${namespace} link set lo up`,
    `ip -n ${namespace} link add br0 type bridge`,
    `ip -n ${namespace} addr add ${address}/24 dev br0`,
    `ip -n ${namespace} link set br0 up`,
    `nsenter --net=/run/netns/${namespace} sysctl -qw net.ipv4.ip_forward=1`,
    `nsenter --net=/run/netns/${namespace} sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true`,
  ];
}

/**
 * Script that makes a machine's namespace and plugs it in. The MAC is fixed by place: a machine that comes back after a
 * power cut with another one would be unreachable until its neighbours' ARP entries age.
 */
export function renderHostLink(state: LabState, host: LabHost): string {
  const namespace = hostNamespace(state.name, host.name);
  const switchNamespace = switchOf(state, host);
  const mac = `02:00:00:00:0${host.segment}:${host.index.toString(16).padStart(2, '0')}`;
  const viaRouter = host.segment === 1 && state.segments === 2;
  return [
    `ip netns add ${namespace}`,
    `ip -n ${switchNamespace} link add ${host.name} type veth peer name eth0 netns ${namespace}`,
    `ip -n ${switchNamespace} link set ${host.name} master br0 up`,
    `ip -n ${namespace} link set lo up`,
    `ip -n ${namespace} link set eth0 address ${mac}`,
    `ip -n ${namespace} addr add ${host.address}/24 dev eth0`,
    `ip -n ${namespace} link set eth0 up`,
    `ip -n ${namespace} route add default via ${host.segment === 1 ? operatorAddress : routerAddresses[2]}`,
    ...(viaRouter ? [`ip -n ${namespace} route add 10.99.1.0/24 via ${routerAddresses[1]}`] : []),
  ].join('\n');
}

/** Script that unplugs a machine and removes its namespace; the link first, since a namespace lingers while it is cleaned. */
export function renderHostRemoval(state: LabState, host: LabHost): string {
  return [
    `ip -n ${switchOf(state, host)} link del ${host.name} 2>/dev/null || true`,
    `ip netns del ${hostNamespace(state.name, host.name)} 2>/dev/null || true`,
  ].join('\n');
}

/** Pulls or plugs the cable at the switch: the machine's interface loses its carrier, as with a real one. */
export function renderCable(state: LabState, host: LabHost, plugged: boolean): string {
  return `ip -n ${switchOf(state, host)} link set ${host.name} ${plugged ? 'up' : 'down'}`;
}

function switchOf(state: LabState, host: LabHost): string {
  return host.segment === 1 ? hubNamespace(state.name) : routerNamespace(state.name);
}
