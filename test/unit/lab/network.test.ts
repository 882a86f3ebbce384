import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allNamespaces, planHost, renderBackbone, renderHostLink } from '../../../src/lab/network.ts';
import type { LabState } from '../../../src/lab/state.ts';

const t = suite('lab network');

const h1 = planHost(1, 1, '28', '28.5.2');
const h200 = planHost(200, 2, '28', '28.5.2');
const one: LabState = { format: 1, name: 'a', segments: 1, diskSize: 64, hosts: [h1] };
const two: LabState = { ...one, segments: 2, hosts: [h1, h200] };

t('every command names a namespace: this computer’s own network is never touched', () => {
  const scripts = [renderBackbone(two), ...two.hosts.map((host) => renderHostLink(two, host))];
  for (const line of scripts.join('\n').split('\n')) {
    assert.match(line, /^(ip netns add|ip -n|nsenter --net=\/run\/netns\/)\s?route-mesh-a-/, line);
  }
});

t('what is made is what is removed', () => {
  const scripts = [renderBackbone(two), ...two.hosts.map((host) => renderHostLink(two, host))].join('\n');
  const made = [...scripts.matchAll(/^ip netns add (.*)$/gm)].map(([, name]) => name);
  assert.equal(new Set(made), new Set(allNamespaces(two)));
});

t('MACs are fixed by segment and index', () => {
  assert.match(renderHostLink(one, h1), /address 02:00:00:00:01:01\b/);
  assert.match(renderHostLink(two, h200), /address 02:00:00:00:02:c8\b/);
});

t('only two segments have a router, and each side a way through it', () => {
  assert.not.match(renderBackbone(one), /router/);
  assert.not.match(renderHostLink(one, h1), /10\.99\.1\./);
  assert.match(renderHostLink(two, h1), /route add 10\.99\.1\.0\/24 via 10\.99\.0\.253/);
  assert.match(renderHostLink(two, h200), /route add default via 10\.99\.1\.254/);
});

t.run();
