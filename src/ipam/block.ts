import { formatAddress, formatPrefix, type Prefix, sizeOf } from '../net/prefix.ts';
import type { AddressPool, HostBlock } from './model.ts';

/**
 * Divides a block: docker0's subnet is its first part, the rest goes to Docker's other networks.
 *
 * What is left of a block after its first /n is one /n, one /(n-1), and so on up to half the block: the fewest bases
 * there are. Docker wants `size` to be at least the base's length ("invalid pools size"), bases without host bits,
 * and a `bip` that is not the network address.
 * @param docker0Length block.length to 30
 * @param networkLength wanted length of a Docker network; a base that is smaller becomes one network
 */
export function divideBlock(
  block: Prefix,
  docker0Length: number,
  networkLength: number,
): Omit<HostBlock, 'reason'> {
  const networks: AddressPool[] = [];
  for (let length = docker0Length; length > block.length; length--) {
    const base = formatPrefix({ address: block.address + sizeOf(length), length });
    networks.push({ base, size: Math.max(networkLength, length) });
  }
  return {
    block: formatPrefix(block),
    docker0: formatPrefix({ address: block.address, length: docker0Length }),
    gateway: `${formatAddress(block.address + 1)}/${docker0Length}`,
    networks,
  };
}
