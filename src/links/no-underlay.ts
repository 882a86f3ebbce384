/** Why a host has no underlay address, each with the addresses that were seen. */
import { listSome } from '../error/listing.ts';
import { MeshError } from '../error/mesh-error.ts';
import { type Candidate, describeCandidate } from './candidate.ts';

export type UnderlayHost = {
  readonly name: string;
  /** Pin: an address of the host, a prefix that one of its addresses lies in, or an interface name. */
  readonly underlay?: string;
  /** `file:line` of the host in the inventory. */
  readonly place?: string;
};

const pinOne = 'Pin `underlay:` for the host: one of its addresses, a prefix, or an interface name';

export function pinNotFound(host: UnderlayHost, pin: string, seen: readonly Candidate[]): MeshError {
  const cure = 'Correct `underlay:`, or leave it out to have one detected';
  return noUnderlay(
    host,
    `The pinned underlay ${pin} is not on ${host.name}, which has ${listAddresses(seen)}`,
    cure,
  );
}

export function insidePool(host: UnderlayHost, pool: string, inside: readonly Candidate[]): MeshError {
  return noUnderlay(
    host,
    `The pool ${pool} contains the addresses that ${host.name} is reached by: ${listAddresses(inside)}`,
    'Set `pool:` in the inventory to a range that no host uses',
  );
}

export function noCandidate(host: UnderlayHost, seen: readonly Candidate[]): MeshError {
  return noUnderlay(
    host,
    `${host.name} has no address for the other hosts to send to; it has ${listAddresses(seen)}`,
    seen.length > 0 ? pinOne : 'Give the host an IPv4 address on an interface that is up',
  );
}

export function undecided(host: UnderlayHost, candidates: readonly Candidate[]): MeshError {
  return noUnderlay(
    host,
    `${host.name} has several addresses, and nothing says which one the others reach: ${listAddresses(candidates)}`,
    pinOne,
  );
}

export function sameAddress(host: UnderlayHost, address: string, others: readonly string[]): MeshError {
  return noUnderlay(
    host,
    `${host.name} has the same address ${address} as ${listSome(others)}`,
    'Pin `underlay:` to an address that only this host has; if it is one machine under two names, take one out',
  );
}

function noUnderlay(host: UnderlayHost, message: string, cure: string): MeshError {
  const place = host.place === undefined ? {} : { place: host.place };
  return new MeshError({ code: 'no-underlay', message, cure, host: host.name, ...place });
}

function listAddresses(candidates: readonly Candidate[]): string {
  return candidates.length > 0 ? listSome(candidates.map(describeCandidate), 8) : 'no IPv4 address';
}
