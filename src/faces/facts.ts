/** `facts` for people: the few lines of a host that decide how it fits into a mesh. */
import type { Facts } from '../facts/model.ts';
import { renderTable } from './table.ts';

function dockerText(facts: Facts): string {
  const { docker } = facts;
  if (docker === undefined) return 'none';
  if (docker.serverVersion === undefined) return `no answer${docker.error ? `: ${docker.error}` : ''}`;
  const live = docker.liveRestore ? ', live-restore' : '';
  return `${docker.serverVersion}, firewall by ${docker.firewallBackend}${live}, ${docker.containers.length} containers`;
}

function firewallText(facts: Facts): string {
  const { iptables, nft, firewalld, ufw, forwardPolicy } = facts.firewall;
  const parts = [
    `iptables ${iptables}`,
    nft ? 'nft' : 'no nft',
    ...(firewalld ? ['firewalld'] : []),
    ...(ufw ? ['ufw'] : []),
    ...(forwardPolicy === undefined ? [] : [`FORWARD ${forwardPolicy}`]),
  ];
  return parts.join(', ');
}

/** A host's facts, one subject a line. */
export function factsLines(host: string, facts: Facts): readonly string[] {
  const addresses = facts.addresses
    .filter(({ family, scope }) => family === 4 && scope === 'global')
    .map((address) => `${address.interface} ${address.address}/${address.length}`);
  const networks = (facts.docker?.networks ?? [])
    .filter(({ subnets }) => subnets.length > 0)
    .map(({ name, subnets }) => `${name} ${subnets.join(' ')}`);
  const rows = [
    [
      'system',
      `${facts.system.name}, Linux ${facts.system.kernel} ${facts.system.architecture}, ${facts.init}`,
    ],
    ['addresses', addresses.join(', ')],
    ['docker', dockerText(facts)],
    ['networks', networks.join(', ')],
    ['firewall', firewallText(facts)],
    [
      'mesh',
      facts.footprint === undefined ? 'none' : `${facts.footprint.mesh}, block ${facts.footprint.block}`,
    ],
  ];
  return [host, ...renderTable(rows).map((line) => `  ${line}`)];
}
