/** The inventory and known_hosts file of a lab. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LabPlace, machineDirectory } from './lab-place.ts';
import { routerAddresses } from './network.ts';
import type { LabState } from './state.ts';

export const inventoryFile = 'route-mesh.yaml';
const knownHostsFile = 'known_hosts';

/** An inventory for the operator's namespace; the paths of key and known_hosts are absolute. */
export function renderInventory(state: LabState, directory: string): string {
  const hosts = state.hosts.flatMap((host) => [
    `  ${host.name}:`,
    `    address: ${host.address}`,
    ...(state.segments === 2 ? [`    via: ${routerAddresses[host.segment]}`] : []),
  ]);
  return [
    `# Hosts of the lab ${state.name}, as the operator's namespace reaches them. Written by route-mesh lab.`,
    `mesh: ${state.name}`,
    'defaults:',
    '  user: root',
    `  keys: ${JSON.stringify(join(directory, 'id'))}`,
    `  known_hosts: ${JSON.stringify(join(directory, knownHostsFile))}`,
    '  agent: false',
    '  ssh_config: false',
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

/** Writes the inventory and known_hosts for the hosts that the state names. */
export async function writeInventory(place: LabPlace): Promise<void> {
  const keys = new Map<string, string>();
  for (const host of place.state.hosts) {
    const path = join(machineDirectory(place, host), 'ssh_host_ed25519_key.pub');
    keys.set(host.name, await readFile(path, 'utf8'));
  }
  await writeFile(join(place.directory, knownHostsFile), renderKnownHosts(place.state, keys));
  await writeFile(join(place.directory, inventoryFile), renderInventory(place.state, place.directory));
}
