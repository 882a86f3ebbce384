/** IPv6 addresses, as far as SSH reaches hosts by them; the mesh itself is IPv4. */
import IPCIDR from 'ip-cidr';

/** True for an address in any of the forms of RFC 4291 §2.2, without prefix length. */
export function isIPv6Address(text: string): boolean {
  return text.includes(':') && !text.includes('/') && IPCIDR.isValidAddress(text);
}
