/** Who set a route: numbers of rtm_protocol and their names. */
import { ROUTE_PROTOCOL } from '../net/route-mark.ts';

export const KERNEL_PROTOCOL = 2;
export const BOOT_PROTOCOL = 3;

/** include/uapi/linux/rtnetlink.h and iproute2's etc/iproute2/rt_protos, for hosts that have no such file. */
const names: Readonly<Record<string, number>> = {
  unspec: 0,
  redirect: 1,
  kernel: KERNEL_PROTOCOL,
  boot: BOOT_PROTOCOL,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  ovn: 84,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
  'route-mesh': ROUTE_PROTOCOL,
};

const builtIn: ReadonlyMap<string, number> = new Map(Object.entries(names));

/**
 * Number of a protocol as `ip route` prints it: a number, or a name of the host's rt_protos files, or a usual name.
 * A name that none of them knows is 0, `unspec`: a stranger's in any case.
 */
export function protocolNumber(text: string, hostNames: ReadonlyMap<string, number>): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  return hostNames.get(text) ?? builtIn.get(text) ?? 0;
}
