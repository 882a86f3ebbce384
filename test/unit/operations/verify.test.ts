import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { verify } from '../../../src/operations/verify.ts';
import { isHealthy, judgeSource, type PairResult } from '../../../src/verification/pair.ts';
import { type Answer, scriptedRun } from '../../support/scripted-run.ts';

const DRIFTED = readFileSync(
  new URL('../../fixtures/facts/whole/debian-12-docker-20.10-drifted.out', import.meta.url),
  'utf8',
);

const test = suite('verify');
const endpoints = [
  { host: 'h1', address: '10.208.0.2', mtu: 1500, running: true },
  { host: 'h2', address: '10.208.4.2', mtu: 1450, running: true },
];
const pair: PairResult = {
  from: 'h1',
  to: 'h2',
  received: 3,
  roundTripMs: 0.2,
  pathMtu: 1450,
  source: 'kept',
};

test('the receiver saw the sender, its host, somebody else, or could not look', () => {
  const sender = { address: '10.208.0.2', hostAddresses: ['192.0.2.1', '10.208.0.1'] };
  const seen = (...addresses: readonly string[]) => ({ watching: true, seen: new Set(addresses) });
  assert.is(judgeSource(sender, seen('10.208.0.2')), 'kept');
  assert.equal(judgeSource(sender, seen('192.0.2.1')), { rewrittenTo: '192.0.2.1' });
  assert.equal(judgeSource(sender, seen()), { rewrittenTo: 'an address that is not the sender’s' });
  assert.is(judgeSource(sender, { watching: false, seen: new Set() }), 'unknown');
});

test('healthy: packets, their own source, and a path as large as its smaller end', () => {
  assert.is(isHealthy(pair, endpoints), true);
  assert.is(isHealthy({ ...pair, received: 0 }, endpoints), false);
  assert.is(isHealthy({ ...pair, source: { rewrittenTo: '192.0.2.1' } }, endpoints), false);
  assert.is(isHealthy({ ...pair, pathMtu: 1400 }, endpoints), false);
  assert.is(isHealthy({ ...pair, pathMtu: undefined, source: 'unknown' }, endpoints), true);
});

/** A host whose endpoint is at `address` and that sees these sources. */
function endpointAt(address: string, pings: string, seen: string): Answer {
  return (script) => {
    if (script.includes('@endpoint')) {
      return { stdout: `@endpoint 42 ${address} 1500\n@watching yes\n@cleaner 43\n` };
    }
    return { stdout: script.includes('path_mtu') ? pings : seen };
  };
}

test('two hosts, each way', async () => {
  const { run } = scriptedRun({
    h1: {
      facts: DRIFTED,
      answer: endpointAt('10.208.0.2', '@ping 10.208.4.2 3 0.25 1500\n', '@seen 10.208.4.2\n'),
    },
    h2: { facts: DRIFTED, answer: endpointAt('10.208.4.2', '@ping 10.208.0.2 0 - -\n', '@seen 10.98.0.1\n') },
  });
  const { pairs, failures } = await verify(run, {});
  assert.equal(failures, []);
  assert.equal(pairs, [
    {
      from: 'h1',
      to: 'h2',
      received: 3,
      roundTripMs: 0.25,
      pathMtu: 1500,
      source: { rewrittenTo: '10.98.0.1' },
    },
    { from: 'h2', to: 'h1', received: 0, roundTripMs: undefined, pathMtu: undefined, source: 'unknown' },
  ]);
});

test('a host lost while it pings is a failure of its own, the others are judged', async () => {
  const lost: Answer = (script) => {
    if (script.includes('path_mtu')) throw new MeshError({ code: 'connection-lost', message: 'lost' });
    return endpointAt('10.208.4.2', '', '@seen 10.208.0.2\n')(script);
  };
  const { run } = scriptedRun({
    h1: { facts: DRIFTED, answer: endpointAt('10.208.0.2', '@ping 10.208.4.2 3 0.25 1500\n', '') },
    h2: { facts: DRIFTED, answer: lost },
  });
  const { pairs, failures } = await verify(run, {});
  assert.equal(
    failures.map(({ host, code }) => [host, code]),
    [['h2', 'connection-lost']],
  );
  assert.equal(
    pairs.map(({ from, received, source }) => [from, received, source]),
    [
      ['h1', 3, 'kept'],
      ['h2', 0, 'unknown'],
    ],
  );
});

test('a host without an endpoint says why, and is cleaned up', async () => {
  const answer: Answer = (script) =>
    script.includes('@endpoint')
      ? { code: 1, stdout: '@error ping is missing (package iputils-ping)\n' }
      : {};
  const { run, scripts } = scriptedRun({ h1: { facts: DRIFTED, answer } });
  const { pairs, failures } = await verify(run, {});
  assert.equal(pairs, []);
  assert.equal(
    failures.map(({ message }) => message),
    ['ping is missing (package iputils-ping)'],
  );
  assert.match(scripts.at(-1) ?? '', 'nft delete table ip route_mesh_probe_');
});

test.run();
