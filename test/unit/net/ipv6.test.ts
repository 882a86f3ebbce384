import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isIPv6Address } from '../../../src/net/ipv6.ts';

const test = suite('IPv6 addresses');

test('the forms of RFC 4291 §2.2', () => {
  for (const text of ['::', '::1', '2001:db8::8:800:200c:417a', 'FF01:0:0:0:0:0:0:101', '::ffff:192.0.2.1']) {
    assert.ok(isIPv6Address(text), text);
  }
});

test('what is none', () => {
  for (const text of ['', ':', '1:2', '::g', '2001:db8::/32', '192.0.2.1', 'h1:22', '1::2::3', '[::1]']) {
    assert.not.ok(isIPv6Address(text), text);
  }
});

test.run();
