import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readAnsible, refusal } from '../../support/ansible-reading.ts';

const test = suite('Ansible: JSON of --list');

function read(value: unknown): ReturnType<typeof readAnsible> {
  return readAnsible(JSON.stringify(value, null, 1), 'ansible-json');
}

test('groups as objects and as lists, children, variables', () => {
  const { hosts } = read({
    _meta: { hostvars: { a: { ansible_port: 2222 }, stranger: { ansible_port: 1 } } },
    web: ['a', 'b'],
    eu: { children: ['web'], vars: { ansible_user: 'ops' } },
    lone: { hosts: ['c'] },
  });
  assert.equal(
    hosts.map(({ name, groups, connection: { port, user } }) => [name, groups, port, user]),
    [
      ['a', ['eu', 'web'], 2222, 'ops'],
      ['b', ['eu', 'web'], undefined, 'ops'],
      ['c', ['lone'], undefined, undefined],
    ],
  );
});

test('names are not ranges', () => {
  assert.match(
    refusal(() => read({ web: ['h[1:2]'] })),
    /h\[1:2\]: that is no name for a host/,
  );
});

test('a script without hosts', () => {
  assert.match(
    refusal(() => read({ _meta: { hostvars: {} } })),
    /hosts: there is none/,
  );
});

test('wrong shapes, all of them with their lines', () => {
  const told = refusal(() => read({ web: 3, db: { hosts: 'a' }, _meta: { hostvars: [] } }));
  assert.match(told, /hosts:2: groups\/web: that is not an object/);
  assert.match(told, /hosts:4: groups\/db\/hosts: that is not a list of names/);
  assert.match(told, /hosts:7: _meta\/hostvars: that is not an object/);
});

test.run();
