import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress6, formatPrefix6, parseAddress6 } from '../../../src/net/prefix6.ts';

const test = suite('IPv6 addresses');

const canonical = (text: string): string | undefined => {
  const address = parseAddress6(text);
  return address === undefined ? undefined : formatAddress6(address);
};

/** Left as written by people, right as RFC 5952 wants it. */
const spellings: Readonly<Record<string, string>> = {
  '::': '::',
  '::1': '::1',
  '1::': '1::',
  'FE80:0:0:0:02AA:FF:FE9A:4CA2': 'fe80::2aa:ff:fe9a:4ca2',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
  '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
  '2001:db8::10:0:0:0:0': '2001:db8:0:10::',
  '::ffff:192.0.2.9': '::ffff:c000:209',
  '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  '10:0:0:a:0:0:0:0': '10:0:0:a::',
};

for (const [text, wanted] of Object.entries(spellings)) {
  test(`${text} is ${wanted}`, () => assert.is(canonical(text), wanted));
}

test('what is no address is none', () => {
  for (const text of [
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7::8',
    '::1.2.3',
    'fe80::1%eth0',
    '10.0.0.1',
  ]) {
    assert.is(canonical(text), undefined, text);
  }
});

test('a prefix has its host bits cleared', () => {
  const address = parseAddress6('2001:db8:1:2:3:4:5:6') ?? 0n;
  assert.is(formatPrefix6(address, 64), '2001:db8:1:2::/64');
  assert.is(formatPrefix6(address, 0), '::/0');
  assert.is(formatPrefix6(address, 128), '2001:db8:1:2:3:4:5:6/128');
});

test.run();
