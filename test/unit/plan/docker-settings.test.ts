import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DockerFacts } from '../../../src/facts/model.ts';
import { dockerProblems, dockerSettings } from '../../../src/plan/docker-settings.ts';
import { buildDocker } from '../../support/facts-builder.ts';
import { buildFreshMesh, planOf, readyPlan } from '../../support/mesh-builder.ts';

const test = suite('docker settings');
const { desired } = readyPlan(planOf(buildFreshMesh(1)), 'h1');

function problemsOf(overrides: Partial<DockerFacts> | undefined): readonly string[] {
  const docker = overrides === undefined ? undefined : buildDocker(overrides);
  return dockerProblems('h1', docker).map(({ code, host, cure }) => {
    assert.is(host, 'h1');
    assert.ok(cure, 'every refusal says what to do');
    return code;
  });
}

function flag(name: string, value = 'x'): DockerFacts['flags'] {
  return [{ name, value, place: '/etc/default/docker' }];
}

test('docker0’s address and the rest of the block', () => {
  assert.equal(dockerSettings(desired, buildDocker()), {
    bip: '10.208.0.1/24',
    'default-address-pools': [
      { base: '10.208.1.0/24', size: 27 },
      { base: '10.208.2.0/23', size: 27 },
    ],
  });
});

test('Docker’s nftables backend is told to let marked packets in', () => {
  const settings = dockerSettings(desired, buildDocker({ firewallBackend: 'nftables' }));
  assert.is(settings['bridge-accept-fwmark'], '0x20000/0x20000');
  assert.is(settings['allow-direct-routing'], true);
});

test('a Docker as it comes is no problem', () => assert.equal(problemsOf({}), []));
test('no Docker', () => assert.equal(problemsOf(undefined), ['no-docker']));
test('a dockerd that does not answer', () => {
  assert.equal(problemsOf({ serverVersion: undefined, error: 'Cannot connect' }), ['no-docker']);
});
test('a rootless Docker', () => assert.equal(problemsOf({ rootless: true }), ['no-docker']));
test('a daemon.json that is none', () => {
  assert.equal(problemsOf({ daemonJson: '{' }), ['daemon-json-invalid']);
});

for (const name of ['bip', 'default-address-pool', 'live-restore', 'allow-direct-routing']) {
  test(`--${name} given to dockerd`, () => {
    assert.equal(problemsOf({ flags: flag(name) }), ['docker-flag-conflict']);
  });
}

test('flags that set nothing of ours', () => {
  assert.equal(problemsOf({ flags: [...flag('host'), ...flag('debug'), ...flag('bridge', '')] }), []);
});

test('a bridge other than docker0, by flag or in daemon.json', () => {
  assert.equal(problemsOf({ flags: flag('bridge', 'br9') }), ['docker-flag-conflict']);
  assert.equal(problemsOf({ daemonJson: '{"bridge": "none"}' }), ['docker-flag-conflict']);
});

test.run();
