/**
 * `verify`: real packets between containers of every pair of hosts. What it finds per pair: do packets arrive, with
 * which source address, how large may they be, how long do they take there and back.
 */
import { asMeshError, MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import { contains, parsePrefix } from '../net/prefix.ts';
import type { Endpoint } from '../render/probe-scripts.ts';
import { renderCollectScript, renderPingScript, renderPrepareScript } from '../render/probe-scripts.ts';
import type { Session } from '../transport/session.ts';
import {
  type HostEndpoint,
  judgeSource,
  type PairResult,
  type Ping,
  parsePings,
} from '../verification/pair.ts';
import { fanOut } from './fan-out.ts';
import { type Gathered, withGathered } from './gather.ts';
import type { Run } from './run.ts';

export type Verification = {
  readonly endpoints: readonly HostEndpoint[];
  readonly pairs: readonly PairResult[];
  readonly failures: readonly MeshError[];
};

type Prepared = HostEndpoint & {
  readonly session: Session;
  readonly facts: Facts;
  readonly pid: number;
  readonly watching: boolean;
  readonly cleaner: string | undefined;
};

const TIMEOUT = 60;

function runningEndpoint(facts: Facts): Endpoint | undefined {
  const block = parsePrefix(facts.footprint?.block ?? '');
  if (block === undefined) return undefined;
  for (const container of facts.docker?.containers ?? []) {
    // With several networks its packets could leave from another one's address than the one looked at.
    const [address = '', ...others] = Object.values(container.addresses);
    const prefix = parsePrefix(address);
    if (others.length === 0 && prefix !== undefined && contains(block, prefix)) {
      return { pid: container.pid, address };
    }
  }
  return undefined;
}

function field(output: string, name: string): string | undefined {
  return new RegExp(`^@${name} (.*)$`, 'm').exec(output)?.[1];
}

async function prepare(
  one: Extract<Gathered, { kind: 'reached' }>,
  nonce: string,
): Promise<Prepared | MeshError> {
  const host = one.host.name;
  const fail = (message: string, cure: string): MeshError =>
    new MeshError({ code: 'verify-failed', host, step: 'prepare', message, cure });
  if (one.facts.footprint === undefined) return fail('the host is not in the mesh yet', 'Run sync first');
  const running = runningEndpoint(one.facts);
  try {
    const script = renderPrepareScript(nonce, running);
    const { stdout, stderr } = await one.session.run(script, { timeout: TIMEOUT, step: 'verify' });
    const [pid = '', address = '', mtu = ''] = field(stdout, 'endpoint')?.split(' ') ?? [];
    if (address === '') {
      await one.session.run(renderCollectScript(nonce, running === undefined, undefined), {
        timeout: TIMEOUT,
        step: 'verify',
      });
      const reason = field(stdout, 'error') ?? (stderr.trim() || 'no endpoint');
      return fail(reason, 'Mend that on the host, then verify again');
    }
    return {
      host,
      address,
      mtu: Number(mtu),
      running: running !== undefined,
      session: one.session,
      facts: one.facts,
      pid: Number(pid),
      watching: field(stdout, 'watching') === 'yes',
      cleaner: field(stdout, 'cleaner'),
    };
  } catch (thrown) {
    return asMeshError(thrown).at(host, 'verify');
  }
}

type Pings = ReadonlyMap<string, Ping>;

/** A host that is lost on the way is a value: the others are verified all the same. */
async function onHost<Result>(
  one: Prepared,
  script: string,
  read: (stdout: string) => Result,
): Promise<Result | MeshError> {
  try {
    return read((await one.session.run(script, { timeout: TIMEOUT, step: 'verify' })).stdout);
  } catch (thrown) {
    return asMeshError(thrown).at(one.host, 'verify');
  }
}

async function pingFrom(from: Prepared, targets: readonly Prepared[]): Promise<Pings | MeshError> {
  const addresses = targets.map((target) => target.address);
  if (addresses.length === 0) return new Map();
  return onHost(from, renderPingScript(from.pid, from.mtu, addresses), parsePings);
}

async function collect(one: Prepared, nonce: string): Promise<ReadonlySet<string> | MeshError> {
  return onHost(one, renderCollectScript(nonce, !one.running, one.cleaner), (stdout) => {
    const lines = stdout.split('\n').filter((line) => line.startsWith('@seen '));
    return new Set(lines.map((line) => line.slice('@seen '.length)));
  });
}

function hostAddresses(facts: Facts): readonly string[] {
  return facts.addresses.filter(({ family }) => family === 4).map(({ address }) => address);
}

/** Hosts from which and to which to look; both default to all selected hosts. */
export type VerifyOptions = { readonly from?: ReadonlySet<string>; readonly to?: ReadonlySet<string> };

function judgePair(
  from: Prepared,
  to: Prepared,
  ping: Ping | undefined,
  seen: ReadonlySet<string> | undefined,
): PairResult {
  const sender = { address: from.address, hostAddresses: hostAddresses(from.facts) };
  const receiver = { watching: to.watching && seen !== undefined, seen: seen ?? new Set<string>() };
  const received = ping?.received ?? 0;
  const source = received === 0 ? 'unknown' : judgeSource(sender, receiver);
  return { from: from.host, to: to.host, received, roundTripMs: ping?.rtt, pathMtu: ping?.mtu, source };
}

/** What the hosts answered, by host; those that were lost on the way are in `failures`. */
function sortOut<Answer>(
  hosts: readonly Prepared[],
  answers: readonly (Answer | MeshError)[],
): { readonly byHost: ReadonlyMap<string, Answer>; readonly failures: readonly MeshError[] } {
  const byHost = new Map<string, Answer>();
  const failures: MeshError[] = [];
  for (const [index, { host }] of hosts.entries()) {
    const answer = answers[index];
    if (answer instanceof MeshError) failures.push(answer);
    else if (answer !== undefined) byHost.set(host, answer);
  }
  return { byHost, failures };
}

async function verifyPrepared(
  prepared: readonly Prepared[],
  nonce: string,
  options: VerifyOptions,
  width: number,
): Promise<Pick<Verification, 'pairs' | 'failures'>> {
  const senders = prepared.filter(({ host }) => options.from?.has(host) ?? true);
  const targets = prepared.filter(({ host }) => options.to?.has(host) ?? true);
  const others = (from: Prepared): readonly Prepared[] => targets.filter(({ host }) => host !== from.host);
  const pings = sortOut(senders, await fanOut(senders, width, (from) => pingFrom(from, others(from))));
  const seen = sortOut(prepared, await fanOut(prepared, width, (one) => collect(one, nonce)));
  const pairs = senders.flatMap((from) =>
    others(from).map((to) =>
      judgePair(from, to, pings.byHost.get(from.host)?.get(to.address), seen.byHost.get(to.host)),
    ),
  );
  const lost = new Map([...pings.failures, ...seen.failures].map((error) => [error.host, error]));
  return { pairs, failures: [...lost.values()] };
}

/** Sends the packets. Hosts that cannot take part are in `failures`; the others are verified all the same. */
export async function verify(run: Run, options: VerifyOptions): Promise<Verification> {
  return withGathered(run, async (gathered) => {
    const wanted = gathered.filter((one) => run.selected.has(one.host.name));
    const unreached = wanted.flatMap((one) => (one.kind === 'failed' ? [one.error] : []));
    const reached = wanted.flatMap((one) => (one.kind === 'reached' ? [one] : []));
    const nonce = run.nonce();
    const width = run.inventory.parallel;
    const outcomes = await fanOut(reached, width, (one) => prepare(one, nonce));
    const failed = outcomes.flatMap((one) => (one instanceof MeshError ? [one] : []));
    const prepared = outcomes.flatMap((one) => (one instanceof MeshError ? [] : [one]));
    const { pairs, failures } = await verifyPrepared(prepared, nonce, options, width);
    const endpoints = prepared.map(({ host, address, mtu, running }) => ({ host, address, mtu, running }));
    return { endpoints, pairs, failures: [...unreached, ...failed, ...failures] };
  });
}
