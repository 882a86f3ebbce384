import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { mergeDaemonJson, parseDaemonJson, unmergeDaemonJson } from '../../../src/plan/daemon-json.ts';

const PATH = '/etc/docker/daemon.json';
const OURS = { bip: '10.210.0.1/24', 'default-address-pools': [{ base: '10.210.1.0/24', size: 27 }] };
const test = suite('daemon.json');

test('an absent file becomes one with our keys', () => {
  assert.is(mergeDaemonJson(undefined, PATH, { bip: '10.210.0.1/24' }), '{\n  "bip": "10.210.0.1/24"\n}\n');
});

test('an empty file is no settings, as for dockerd', () => {
  assert.equal(parseDaemonJson(' \n', PATH), {});
});

test('the operator’s keys keep their order, values and indentation', () => {
  const before = '{\n    "log-driver": "local",\n    "bip": "192.168.0.1/24",\n    "live-restore": true\n}\n';
  assert.is(
    mergeDaemonJson(before, PATH, { bip: '10.210.0.1/24', ipv6: false }),
    '{\n    "log-driver": "local",\n    "bip": "10.210.0.1/24",\n    "live-restore": true,\n    "ipv6": false\n}\n',
  );
});

test('a file that has everything already stays as it is, to the byte', () => {
  const before = '{"default-address-pools":[{"base":"10.210.1.0/24","size":27}], "bip":"10.210.0.1/24"}';
  assert.is(mergeDaemonJson(before, PATH, OURS), before);
});

for (const [name, text] of [
  ['cut off', '{"bip": '],
  ['a list', '[]'],
  ['a comment', '{ // no\n}'],
] as const) {
  test(`${name} is refused with the path and a cure`, () => {
    try {
      parseDaemonJson(text, PATH);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, MeshError);
      if (!(error instanceof MeshError)) return;
      assert.is(error.code, 'daemon-json-invalid');
      assert.is(error.place, PATH);
      assert.match(error.cure ?? '', 'Mend /etc/docker/daemon.json');
    }
  });
}

test('unmerging keeps what the operator changed meanwhile and brings our keys back to what they were', () => {
  const original = '{"bip": "192.168.0.1/24"}';
  const edited = '{"bip": "10.210.0.1/24", "default-address-pools": [], "debug": true}';
  assert.equal(JSON.parse(unmergeDaemonJson(edited, original, PATH) ?? ''), {
    bip: '192.168.0.1/24',
    debug: true,
  });
});

test('unmerging a file that only we filled leaves no file where there was none', () => {
  assert.is(unmergeDaemonJson(JSON.stringify(OURS), undefined, PATH), undefined);
});

test.run();
