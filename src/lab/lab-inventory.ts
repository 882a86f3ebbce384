/** The inventory and known_hosts file of a lab. Pure. */
import { join } from 'node:path';
import type { LabState } from './state.ts';

export const inventoryFile = 'route-mesh.yaml';
export const knownHostsFile = 'known_hosts';

/** An inventory for the operator's namespace; the paths of key and known_hosts are absolute. */
export function renderInventory(state: LabState, directory: string): string {
  const hosts = state.hosts.map((host) => `  ${host.name}: { address: ${host.address} }`);
  return [
    `# Hosts of the lab ${state.name}, as the operator's namespace reaches them. Written by route-mesh lab.`,
    `mesh: ${state.name}`,
    'ssh:',
    '  user: root',
    `  keys: [${join(directory, 'id')}]`,
    `  known_hosts: [${join(directory, knownHostsFile)}]`,
    '  config: false',
    'hosts:',
    ...hosts,
    '',
  ].join('\n');
}

/** Lines of known_hosts (sshd(8)): `address type key`. `keys` holds each host's public key file's text by host name. */
export function renderKnownHosts(state: LabState, keys: ReadonlyMap<string, string>): string {
  const lines = state.hosts.map((host) => {
    const [type = '', key = ''] = (keys.get(host.name) ?? '').split(' ');
    return `${host.address},${host.name} ${type} ${key}\n`;
  });
  return lines.join('');
}
