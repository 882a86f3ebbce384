import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { planDocument } from '../../../src/plan/plan-document.ts';
import { buildDocker } from '../../support/facts-builder.ts';
import { buildFreshHost, planOf } from '../../support/mesh-builder.ts';

const test = suite('plan document');
const docker = buildDocker({ daemonJson: '{"proxies": {"http-proxy": "http://me:secret@proxy:3128"}}' });
const facts = new Map([
  ['h1', buildFreshHost(1, { docker })],
  ['h2', buildFreshHost(2)],
]);

test('holds no contents of files: daemon.json may have passwords', () => {
  const text = JSON.stringify(planDocument(planOf(facts), new Set(['h1', 'h2'])));
  assert.not.match(text, 'secret');
  assert.match(text, '"key":"bip"');
});

test('shows the selected hosts only', () => {
  const { hosts } = planDocument(planOf(facts), new Set(['h2']));
  assert.equal(
    hosts.map(({ host }) => host),
    ['h2'],
  );
});

test.run();
