import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mergeDaemonJson, OUR_KEYS, unmergeDaemonJson } from '../../../src/plan/daemon-json.ts';

const PATH = '/etc/docker/daemon.json';
const test = suite('daemon.json, any content');
// JSON.parse gives `__proto__` as an own key and spreading keeps it, but no dockerd has such a key.
const key = fc.oneof(fc.constantFrom(...OUR_KEYS), fc.string()).filter((name) => name !== '__proto__');
const settings = fc.dictionary(key, fc.jsonValue(), { noNullPrototype: true });
const ours = fc.dictionary(fc.constantFrom(...OUR_KEYS), fc.jsonValue(), { noNullPrototype: true });
const text = settings.chain((value) =>
  fc.constantFrom(0, 2, 4, '\t').map((indent) => JSON.stringify(value, null, indent)),
);

test('merging sets our keys and leaves all others', () => {
  fc.assert(
    fc.property(text, ours, (before, wanted) => {
      const merged = JSON.parse(mergeDaemonJson(before, PATH, wanted));
      assert.equal(merged, { ...JSON.parse(before), ...JSON.parse(JSON.stringify(wanted)) });
    }),
  );
});

test('merging twice is merging once', () => {
  fc.assert(
    fc.property(text, ours, (before, wanted) => {
      const once = mergeDaemonJson(before, PATH, wanted);
      assert.is(mergeDaemonJson(once, PATH, wanted), once);
    }),
  );
});

test('unmerging undoes merging', () => {
  fc.assert(
    fc.property(text, ours, (before, wanted) => {
      const merged = mergeDaemonJson(before, PATH, wanted);
      assert.equal(JSON.parse(unmergeDaemonJson(merged, before, PATH) ?? '{}'), JSON.parse(before));
    }),
  );
});

test.run();
