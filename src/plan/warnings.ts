/** What an operator should know of a host although nothing stops the plan. */
import type { Facts } from '../facts/model.ts';
import { contains, parsePrefix } from '../net/prefix.ts';

/** Docker networks outside the block: their containers reach the mesh masqueraded, and nobody reaches them. */
function networksOutside(facts: Facts, block: string): readonly string[] {
  const own = parsePrefix(block);
  return (facts.docker?.networks ?? []).flatMap((network) => {
    if (network.name === 'bridge' || network.driver !== 'bridge') return [];
    const outside = network.subnets.filter((subnet) => {
      const prefix = parsePrefix(subnet);
      return own !== undefined && prefix !== undefined && !contains(own, prefix);
    });
    if (outside.length === 0) return [];
    return [
      `docker network ${network.name} (${outside.join(', ')}) lies outside the block: make it anew (docker compose down, up) to bring it into the mesh`,
    ];
  });
}

/** All warnings for a host that is going to hold this block. */
export function hostWarnings(facts: Facts, block: string): readonly string[] {
  const networkd = facts.networkdRemovesForeignRoutes
    ? [
        'systemd-networkd removes routes that it did not make when it restarts; the watcher puts them back, ManageForeignRoutes=no in networkd.conf avoids the gap',
      ]
    : [];
  const nft =
    facts.firewall.nft || facts.firewall.iptables === 'absent'
      ? []
      : [
          'nft is not installed: source addresses are kept by an iptables rule that the watcher holds above Docker’s; package nftables makes that unnecessary',
        ];
  return [...networksOutside(facts, block), ...networkd, ...nft];
}
