/** The whole way to a host as a list of connections to make, resolved before the first of them is opened. */
import { MeshError } from '../error/mesh-error.ts';
import type { ConnectionOptions } from '../inventory/connection.ts';
import type { SshConfigReader } from './ssh-config-reader.ts';
import { describeTarget, hopOptions, type Operator, resolveTarget, type Target } from './target.ts';

/** From the operator's machine on: jump hosts in order, then the host itself. Never empty. */
export type JumpChain = { readonly hops: readonly Target[]; readonly host: Target };

/**
 * Resolves the options of a host and of all its jump hosts. The first hop may have a ProxyJump of its own in
 * ssh_config, as with `ssh -J`; the hops after it are reached over the ones named before them.
 * Rejects with MeshError when the chain leads in a circle or ssh_config cannot be used.
 */
export async function resolveJumpChain(
  options: ConnectionOptions,
  readSshConfig: SshConfigReader,
  operator: Operator,
): Promise<JumpChain> {
  const hostKeys = options.keys ?? [];
  const resolve = async (current: ConnectionOptions, behind: readonly string[]): Promise<JumpChain> => {
    const isHop = behind.length > 0;
    const target = await resolveOne(current, readSshConfig, operator, hostKeys, isHop);
    const place = describeTarget(target);
    if (behind.includes(place)) throw jumpLoop([...behind, place]);
    const last = target.jump.at(-1);
    if (last === undefined) return { hops: [], host: target };
    const before = target.jump.slice(0, -1);
    const hop = hopOptions(last, options, before.length > 0 ? before : undefined);
    const chain = await resolve(hop, [...behind, place]);
    return { hops: [...chain.hops, chain.host], host: target };
  };
  return resolve(options, []);
}

async function resolveOne(
  options: ConnectionOptions,
  readSshConfig: SshConfigReader,
  operator: Operator,
  fallbackKeys: readonly string[],
  isHop: boolean,
): Promise<Target> {
  const { alias, address = alias, user, port, sshConfig } = options;
  const config = await readSshConfig({ name: address, user, port, sshConfig });
  const target = resolveTarget(options, config, operator, fallbackKeys);
  // The inventory says nothing of hops, so their own ConnectTimeout holds.
  return isHop ? { ...target, timeout: config.connectTimeout ?? target.timeout } : target;
}

function jumpLoop(chain: readonly string[]): MeshError {
  return new MeshError({
    code: 'host-unreachable',
    message: `The jump hosts lead in a circle: ${chain.join(' <- ')}`,
    cure: 'Exempt the jump host from its own ProxyJump in ssh_config, e.g. `Host * !bastion`.',
    step: 'connect',
  });
}
