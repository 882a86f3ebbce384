import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { planHost } from '../../../src/lab/network.ts';
import { isLabName, type LabState, parseState, renderState } from '../../../src/lab/state.ts';

const t = suite('lab state');

const state: LabState = {
  format: 1,
  name: 'demo',
  segments: 2,
  diskSize: 256,
  hosts: [planHost(1, 1, '20.10', '20.10.24+dfsg1-1'), planHost(2, 2, '28', '28.5.2+dfsg4-5')],
};

t('what is written is read', () => {
  assert.equal(parseState(renderState(state)), state);
});

t('anything else is refused', () => {
  const [host] = state.hosts;
  const wrong: readonly unknown[] = [
    undefined,
    [],
    { ...state, format: 2 },
    { ...state, name: '../etc' },
    { ...state, segments: 3 },
    { ...state, hosts: undefined },
    { ...state, hosts: [{ ...host, docker: '19.03' }] },
    { ...state, hosts: [{ ...host, index: '1' }] },
    { ...state, hosts: [host, null] },
  ];
  for (const value of wrong) assert.is(parseState(JSON.stringify(value) ?? ''), undefined);
  assert.is(parseState('{'), undefined);
});

t('names that are safe in paths and namespaces', () => {
  for (const name of ['lab', 'test-4711-1', '3']) assert.ok(isLabName(name), name);
  for (const name of ['', '-a', 'a/b', 'a b', 'Lab', 'a'.repeat(32)]) assert.not.ok(isLabName(name), name);
});

t.run();
