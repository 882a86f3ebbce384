/** An inventory on the command line: `h1,h2,admin@h3:2222`. */
import { parseDestination } from './network-value.ts';
import { inventoryError, type Problem } from './problem.ts';
import type { RawHost, RawInventory, RawValue } from './raw.ts';

/** Place of everything in a host list, for messages. */
const HOST_LIST = '--inventory';

function parseEntry(entry: string): RawHost | Problem {
  const found = parseDestination(entry);
  if (found === undefined) {
    const message = `${JSON.stringify(entry)} is no host`;
    return { place: HOST_LIST, message, cure: 'write [user@]host[:port], separated by commas' };
  }
  const { host: name, user, port } = found;
  if (name.includes(':')) {
    const message = `${JSON.stringify(entry)}: an IPv6 address needs a name of its own`;
    return { place: HOST_LIST, message, cure: `write a file with hosts: {NAME: {address: "${name}"}}` };
  }
  const raw = (value: unknown, key: string): RawValue => ({
    value,
    place: HOST_LIST,
    path: `${name}/${key}`,
  });
  const values = new Map<string, RawValue>();
  if (user !== undefined) values.set('user', raw(user, 'user'));
  if (port !== undefined) values.set('port', raw(port, 'port'));
  return { name, place: HOST_LIST, values };
}

/** Reads the list. Throws MeshError `inventory-invalid`. */
export function parseHostList(text: string): RawInventory {
  const entries = text.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [parseEntry(entry.trim())]));
  const problems = entries.flatMap((entry) => ('message' in entry ? [entry] : []));
  if (problems.length > 0) throw inventoryError('inventory-invalid', problems);
  const hosts = entries.flatMap((entry) => ('message' in entry ? [] : [entry]));
  return { mesh: new Map(), defaults: new Map(), groups: [], hosts };
}
