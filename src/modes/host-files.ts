/**
 * The plain files below /etc/route-mesh. The host program loads them; it knows how, not what.
 * The rules and why they are so: https://github.com/moby/moby/issues/49792 (raw drops of Docker 28) and
 * https://github.com/moby/moby/pull/3842 (Docker inserts its MASQUERADE on top).
 */
import { ROUTE_METRIC, ROUTE_PROTOCOL } from '../net/route-mark.ts';
import type { DesiredRoute, HostDesired } from './desired.ts';

/** Texts that come with the package and go to each host as they are, name -> content. */
export type HostPrograms = Readonly<Record<string, string>>;

/** Packet mark by which Docker >= 29 with nftables lets a packet pass (`bridge-accept-fwmark`), value and mask. */
export const ACCEPT_MARK = '0x20000';

/** A route in the words of `ip route`, without protocol and metric. */
export function renderRoute(route: DesiredRoute): string {
  const type = route.type === 'unicast' ? '' : `${route.type} `;
  const via = route.via === undefined ? '' : ` via ${route.via}`;
  const onlink = route.onlink === undefined ? '' : ` dev ${route.onlink.interface} onlink`;
  return `${type}${route.destination}${via}${onlink}`;
}

function renderMeshConf(desired: HostDesired): string {
  const { mesh, host, mode, pool, block, docker0, underlay } = desired;
  const lines = Object.entries({ mesh, host, mode, pool, block, docker0, underlay });
  return `# Written by route-mesh; the next sync replaces it.\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`;
}

/** Sorted, so that hosts moved about in the inventory change no file. */
function renderRoutes(desired: HostDesired): string {
  const lines = desired.routes.map((route) => `${route.peer} ${renderRoute(route)}\n`).sort();
  return `# HOST ROUTE: what leads to each host's block, protocol ${ROUTE_PROTOCOL} metric ${ROUTE_METRIC}.\n${lines.join('')}`;
}

/**
 * Source addresses inside the mesh are kept by a null binding made ahead of Docker's chain (srcnat is priority 100):
 * nf_nat stops at the first chain that binds. So the order of rules inside Docker's chains does not matter, now or
 * after Docker puts new ones on top. What the host itself sends into the mesh leaves with docker0's address, for the
 * other side accepts the pool and nothing else.
 */
function natChain({ block, pool, docker0 }: HostDesired): string {
  return [
    '  chain postrouting {',
    '    type nat hook postrouting priority 90; policy accept;',
    `    ip daddr ${block} return`,
    `    ip saddr ${block} ip daddr ${pool} snat to ip saddr`,
    `    fib saddr type local ip daddr ${pool} snat to ${docker0.split('/')[0]}`,
    '  }',
  ].join('\n');
}

/** Declaring, deleting and defining a table in one file replaces it atomically, whether it was there or not. */
function nftTable(chains: readonly string[]): string {
  return `table ip route_mesh\ndelete table ip route_mesh\ntable ip route_mesh {\n${chains.join('\n\n')}\n}\n`;
}

/** Docker >= 29 with nftables drops in tables of its own, and an accept elsewhere cannot undo that; a mark can. */
function markChain({ block, pool }: HostDesired): string {
  return [
    '  chain prerouting {',
    '    type filter hook prerouting priority -150; policy accept;',
    `    ip saddr ${block} return`,
    `    ip saddr ${pool} ip daddr ${block} meta mark set meta mark or ${ACCEPT_MARK}`,
    '  }',
  ].join('\n');
}

/**
 * raw: past the drops that Docker >= 28 puts there for each container, with the ICMP errors that path MTU discovery
 * lives on (RFC 1191 §4). filter: past Docker's FORWARD, but not past its isolation of the host's own networks.
 */
function renderFilter({ block, pool }: HostDesired): string {
  return [
    '*raw',
    ':ROUTE-MESH - [0:0]',
    `-A ROUTE-MESH -s ${block} -j RETURN`,
    `-A ROUTE-MESH -s ${pool} -d ${block} -j ACCEPT`,
    `-A ROUTE-MESH -d ${block} -p icmp -m icmp --icmp-type 3 -j ACCEPT`,
    `-A ROUTE-MESH -d ${block} -p icmp -m icmp --icmp-type 11 -j ACCEPT`,
    'COMMIT',
    '*filter',
    ':ROUTE-MESH - [0:0]',
    `-A ROUTE-MESH -s ${block} -d ${block} -j RETURN`,
    `-A ROUTE-MESH -s ${pool} -d ${block} -j ACCEPT`,
    `-A ROUTE-MESH -s ${block} -d ${pool} -j ACCEPT`,
    'COMMIT',
    '',
  ].join('\n');
}

/** Where nft cannot be used: a chain that the host program keeps above Docker's rules. */
function renderIptablesNat({ block, pool, docker0 }: HostDesired): string {
  return [
    '*nat',
    ':ROUTE-MESH - [0:0]',
    `-A ROUTE-MESH -d ${block} -j RETURN`,
    `-A ROUTE-MESH -s ${block} -d ${pool} -j ACCEPT`,
    `-A ROUTE-MESH -d ${pool} -m addrtype --src-type LOCAL -j SNAT --to-source ${docker0.split('/')[0]}`,
    'COMMIT',
    '',
  ].join('\n');
}

/** All files of /etc/route-mesh for a host, name -> content. */
export function renderHostFiles(
  desired: HostDesired,
  programs: HostPrograms,
): Readonly<Record<string, string>> {
  return {
    ...programs,
    'mesh.conf': renderMeshConf(desired),
    routes: renderRoutes(desired),
    'nat.nft': nftTable([natChain(desired)]),
    'nat-marked.nft': nftTable([markChain(desired), natChain(desired)]),
    'filter.iptables': renderFilter(desired),
    'nat.iptables': renderIptablesNat(desired),
  };
}
