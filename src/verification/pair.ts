/** What `verify` finds out about a pair of hosts, and what is to be thought of it. */

export type PairResult = {
  readonly from: string;
  readonly to: string;
  /** Echo replies of three. */
  readonly received: number;
  readonly roundTripMs: number | undefined;
  /** Octets of the largest packet that gets through whole; undefined where it was not found. */
  readonly pathMtu: number | undefined;
  /** The container's own address arrived (`kept`), or another; `unknown` when the host has no nft to look with. */
  readonly source: 'kept' | 'unknown' | { readonly rewrittenTo: string };
};

export type HostEndpoint = {
  readonly host: string;
  readonly address: string;
  readonly mtu: number;
  /** False: a probe container was made for it and removed. */
  readonly running: boolean;
};

/** What `ping` told of one target. */
export type Ping = {
  readonly received: number;
  readonly rtt: number | undefined;
  readonly mtu: number | undefined;
};

/** Reads the lines `@ping ADDRESS RECEIVED RTT_MS MTU` of the ping script; targets by address. */
export function parsePings(stdout: string): ReadonlyMap<string, Ping> {
  const number = (text: string | undefined): number | undefined =>
    text === undefined || text === '-' ? undefined : Number(text);
  const lines = stdout.split('\n').filter((line) => line.startsWith('@ping '));
  return new Map(
    lines.map((line) => {
      const [, address = '', received, rtt, mtu] = line.split(' ');
      return [address, { received: Number(received), rtt: number(rtt), mtu: number(mtu) }];
    }),
  );
}

/** Which of the sender's addresses the receiver saw. Pure; `seen` holds every source that pinged the receiver. */
export function judgeSource(
  sender: { readonly address: string; readonly hostAddresses: readonly string[] },
  receiver: { readonly watching: boolean; readonly seen: ReadonlySet<string> },
): PairResult['source'] {
  if (!receiver.watching) return 'unknown';
  if (receiver.seen.has(sender.address)) return 'kept';
  const rewrittenTo = sender.hostAddresses.find((address) => receiver.seen.has(address));
  return { rewrittenTo: rewrittenTo ?? 'an address that is not the sender’s' };
}

/** True when the pair is as a mesh shall be: packets arrive, with the sender's own address, on no smaller path than its ends. */
export function isHealthy(pair: PairResult, endpoints: readonly HostEndpoint[]): boolean {
  const mtu = (host: string): number => endpoints.find((one) => one.host === host)?.mtu ?? 0;
  const full = Math.min(mtu(pair.from), mtu(pair.to));
  const large = pair.pathMtu === undefined || pair.pathMtu >= full;
  return pair.received > 0 && typeof pair.source === 'string' && large;
}
