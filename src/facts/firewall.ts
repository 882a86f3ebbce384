/** Which firewall tools the host has, and which firewall managers run. */
import { type Fact, parseEntries, restOf } from './fact.ts';
import type { FirewallFacts } from './model.ts';

const SECTION = 'firewall';

/**
 * A legacy iptables would load the kernel's filter table only to list it, so it is asked only when that is loaded.
 * firewall-cmd is a slow program and is asked only where systemd does not know the answer.
 */
const command = `
if have iptables; then
  version=$(iptables --version)
  echo "iptables $version"
  case $version in
    *nf_tables*) listed=yes ;;
    *) listed=$(grep -x filter /proc/net/ip_tables_names) ;;
  esac
  [ -z "$listed" ] || echo "forward $(iptables -w 5 -S FORWARD | head -n 1)"
fi
have nft && echo "nft $(nft --version)"
if have firewall-cmd; then
  if systemctl is-active --quiet firewalld.service || firewall-cmd --state >/dev/null; then echo firewalld; fi
fi
grep -q '^ENABLED=yes' /etc/ufw/ufw.conf && echo ufw
`;

/** iptables before 1.8 knows no backends and says none: it is legacy. */
function parseIptables(text: string | undefined): Pick<FirewallFacts, 'iptables' | 'iptablesVersion'> {
  if (text === undefined) return { iptables: 'absent' };
  const version = /v(\d\S*)/.exec(text)?.[1];
  const iptables = text.includes('nf_tables') ? 'nft' : 'legacy';
  return version === undefined ? { iptables } : { iptables, iptablesVersion: version };
}

function parse(lines: readonly string[]): FirewallFacts {
  const entries = parseEntries(lines);
  const nft = restOf(entries, 'nft');
  const nftVersion = /v(\d\S*)/.exec(nft ?? '')?.[1];
  const forwardPolicy = /^-P FORWARD (\S+)/.exec(restOf(entries, 'forward') ?? '')?.[1];
  return {
    ...parseIptables(restOf(entries, 'iptables')),
    nft: nft !== undefined,
    ...(nftVersion === undefined ? {} : { nftVersion }),
    firewalld: restOf(entries, 'firewalld') !== undefined,
    ufw: restOf(entries, 'ufw') !== undefined,
    ...(forwardPolicy === undefined ? {} : { forwardPolicy }),
  };
}

export const firewallFact: Fact<FirewallFacts> = { section: SECTION, command, parse };
