import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { assembleInventory } from '../../../src/inventory/assemble.ts';
import { parseHostList } from '../../../src/inventory/host-list.ts';
import type { Inventory } from '../../../src/inventory/model.ts';

const test = suite('host list');

function read(text: string): Inventory {
  return assembleInventory(parseHostList(text), { source: text, allocationFile: undefined });
}

function answerTo(text: string): string {
  try {
    read(text);
  } catch (thrown) {
    if (thrown instanceof MeshError) return `${thrown.place}: ${thrown.message}; ${thrown.cure}`;
    throw thrown;
  }
  throw new Error(`${text} was taken`);
}

test('names, users, ports', () => {
  const seen = read('a, root@b ,192.0.2.3:2222,').hosts.map(({ name, connection: { user, port } }) => [
    name,
    user,
    port,
  ]);
  assert.equal(seen, [
    ['a', undefined, undefined],
    ['b', 'root', undefined],
    ['192.0.2.3', undefined, 2222],
  ]);
});

test('one host is a list too', () => {
  assert.equal(
    read('a,').hosts.map(({ name }) => name),
    ['a'],
  );
});

test('what is no host', () => {
  assert.match(answerTo('a,b c'), '--inventory: "b c" is no host; write [user@]host[:port]');
  assert.match(answerTo('a:port,'), '"a:port" is no host');
  assert.match(answerTo('a,a'), 'hosts/a: is there twice; keep one of the two');
  assert.match(answerTo('a:99999,'), '"a:99999" is no host');
  assert.match(answerTo('[2001:db8::1],'), 'an IPv6 address needs a name of its own');
  assert.match(answerTo(','), 'there is none');
});

test.run();
