import { checkedPrefix, contains, type Prefix } from './prefix.ts';

/** RFC 1918 §3. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(checkedPrefix);

/** True when every address of the prefix is private. */
export function isPrivate(prefix: Prefix): boolean {
  return privateRanges.some((range) => contains(range, prefix));
}
