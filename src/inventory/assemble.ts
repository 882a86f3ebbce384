/** Raw values -> a checked inventory: the schema, the precedence, the defaults. */
import type { ConnectionOptions } from './connection.ts';
import type { Inventory, InventoryHost } from './model.ts';
import { inventoryError, nearest, noHosts, type Problem } from './problem.ts';
import type { RawGroup, RawHost, RawInventory, RawValue, RawValues } from './raw.ts';
import { type HostKey, hostKeys, type MeshKey, meshKeys } from './schema.ts';
import { HOST_NAME, type ValueKind } from './value.ts';

/** What an inventory gets where it says nothing. */
const DEFAULTS = { mesh: 'mesh', block: 22, docker0: 24, networks: 27, parallel: 32, connectTimeout: 15 };

function unknownKey(key: string, raw: RawValue, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  return {
    place: raw.place,
    message: `${raw.path}: there is no such key`,
    cure: meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`,
  };
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

function wrongValue(raw: RawValue, kind: ValueKind<unknown>): Problem {
  const seen = kind.secret ? 'this value' : show(raw.value);
  return {
    place: raw.place,
    message: `${raw.path}: cannot be ${seen}`,
    cure: kind.advise?.(raw.value) ?? `write ${kind.expects}`,
  };
}

/** Unknown keys, and values that are not of their key's kind. */
function checkValues(
  values: RawValues,
  kinds: Readonly<Record<string, ValueKind<unknown>>>,
): readonly Problem[] {
  return [...values].flatMap(([key, raw]): Problem[] => {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (kind === undefined) return [unknownKey(key, raw, Object.keys(kinds))];
    return kind.read(raw.value) === undefined ? [wrongValue(raw, kind)] : [];
  });
}

/** As the lines of the file follow each other; what has no line comes first, at the inventory itself. */
function inOrder(problems: readonly Problem[], source: string): readonly Problem[] {
  const line = ({ place: at }: Problem): number => Number(/:(\d+)$/.exec(at)?.[1] ?? 0);
  const placed = problems.map((problem) => (problem.place === '' ? { ...problem, place: source } : problem));
  return placed.toSorted((a, b) => line(a) - line(b));
}

function place(raw: RawInventory, key: MeshKey): string {
  return raw.mesh.get(key)?.place ?? [...raw.mesh.values()][0]?.place ?? raw.hosts[0]?.place ?? '';
}

function checkLengths(
  raw: RawInventory,
  lengths: Record<'block' | 'docker0' | 'networks', number>,
): readonly Problem[] {
  const { block, docker0, networks } = lengths;
  if (docker0 < block) {
    const message = `docker0: /${docker0} is larger than the block /${block} that it is a part of`;
    return [{ place: place(raw, 'docker0'), message, cure: `write /${block} or longer` }];
  }
  if (networks < docker0) {
    const message = `networks: /${networks} is larger than docker0’s /${docker0}, and would not fit into the rest of a block`;
    return [{ place: place(raw, 'networks'), message, cure: `write /${docker0} or longer` }];
  }
  return [];
}

function checkHosts(raw: RawInventory): readonly Problem[] {
  const seen = new Map<string, string>();
  const wrong = raw.hosts.flatMap(({ name, place: at }): Problem[] => {
    const before = seen.get(name);
    seen.set(name, at);
    if (before !== undefined) {
      return [
        {
          place: at,
          message: `hosts/${name}: is there twice${before === at ? '' : `, first at ${before}`}`,
          cure: 'keep one of the two',
        },
      ];
    }
    if (HOST_NAME.test(name)) return [];
    const cure = 'use letters, digits, ".", "_" and "-", and put anything else into address:';
    return [{ place: at, message: `hosts/${name}: that is no name for a host`, cure }];
  });
  const strangers = raw.groups.flatMap((group) =>
    group.hosts.flatMap((host): Problem[] => {
      if (seen.has(host.name)) return [];
      const meant = nearest(host.name, [...seen.keys()]);
      const message = `groups/${group.name}/hosts: there is no host ${host.name}`;
      return [{ place: host.place, message, cure: meant ? `did you mean ${meant}?` : 'add it to hosts:' }];
    }),
  );
  if (raw.hosts.length === 0 && !raw.problems?.length) return [noHosts(place(raw, 'mesh'))];
  return [...wrong, ...strangers];
}

/** The groups of each host, in their order. */
function groupsByHost(groups: readonly RawGroup[]): ReadonlyMap<string, ReadonlySet<RawGroup>> {
  const found = new Map<string, Set<RawGroup>>();
  for (const group of groups) {
    for (const { name } of group.hosts) found.set(name, (found.get(name) ?? new Set()).add(group));
  }
  return found;
}

function connectionOf(name: string, values: RawValues): ConnectionOptions {
  const value = (key: HostKey): unknown => values.get(key)?.value;
  const address = hostKeys.address.read(value('address'));
  const port = hostKeys.port.read(value('port'));
  const user = hostKeys.user.read(value('user'));
  const keys = hostKeys.keys.read(value('keys'));
  const agent = hostKeys.agent.read(value('agent'));
  const jump = hostKeys.jump.read(value('jump'));
  const knownHosts = hostKeys.known_hosts.read(value('known_hosts'));
  const sshConfig = hostKeys.ssh_config.read(value('ssh_config'));
  return {
    alias: name,
    privilege: hostKeys.sudo.read(value('sudo')) ?? { kind: 'none' },
    hostKeys: hostKeys.host_keys.read(value('host_keys')) ?? 'strict',
    connectTimeout: hostKeys.connect_timeout.read(value('connect_timeout')) ?? DEFAULTS.connectTimeout,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(keys === undefined ? {} : { keys }),
    ...(agent === undefined ? {} : { agent }),
    ...(jump === undefined ? {} : { jump }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(sshConfig === undefined ? {} : { sshConfig }),
  };
}

/** The strongest value of each key counts: defaults, then groups in their order, then the host's own. */
function hostOf(defaults: RawValues, groups: readonly RawGroup[], host: RawHost): InventoryHost {
  const values = new Map([...defaults, ...groups.flatMap((group) => [...group.values]), ...host.values]);
  const value = (key: HostKey): unknown => values.get(key)?.value;
  const underlay = hostKeys.underlay.read(value('underlay'));
  const block = hostKeys.block.read(value('block'));
  const via = hostKeys.via.read(value('via'));
  return {
    name: host.name,
    groups: groups.map(({ name }) => name),
    connection: connectionOf(host.name, values),
    dockerRestart: hostKeys.docker_restart.read(value('docker_restart')) ?? 'ask',
    place: host.place,
    ...(underlay === undefined ? {} : { underlay }),
    ...(block === undefined ? {} : { block }),
    ...(via === undefined ? {} : { via }),
  };
}

function lengthsOf(values: RawValues): Record<'block' | 'docker0' | 'networks', number> {
  const block = meshKeys.block.read(values.get('block')?.value) ?? DEFAULTS.block;
  const docker0 = meshKeys.docker0.read(values.get('docker0')?.value) ?? Math.max(DEFAULTS.docker0, block);
  const networks =
    meshKeys.networks.read(values.get('networks')?.value) ?? Math.max(DEFAULTS.networks, docker0);
  return { block, docker0, networks };
}

/** Where the inventory came from, and where its allocations are kept. */
export type Source = { readonly source: string; readonly allocationFile: string | undefined };

/** Checks and completes an inventory. Throws MeshError `inventory-invalid` that tells every problem. */
export function assembleInventory(raw: RawInventory, { source, allocationFile }: Source): Inventory {
  const lengths = lengthsOf(raw.mesh);
  const problems = [
    ...(raw.problems ?? []),
    ...checkHosts(raw),
    ...checkValues(raw.mesh, meshKeys),
    ...[
      raw.defaults,
      ...raw.groups.map(({ values }) => values),
      ...raw.hosts.map(({ values }) => values),
    ].flatMap((values) => checkValues(values, hostKeys)),
    ...checkLengths(raw, lengths),
  ];
  if (problems.length > 0) throw inventoryError('inventory-invalid', inOrder(problems, source));
  const value = (key: MeshKey): unknown => raw.mesh.get(key)?.value;
  const groups = groupsByHost(raw.groups);
  return {
    mesh: meshKeys.mesh.read(value('mesh')) ?? DEFAULTS.mesh,
    source,
    allocationFile,
    mode: meshKeys.mode.read(value('mode')) ?? 'static',
    pool: meshKeys.pool.read(value('pool')),
    blockLength: lengths.block,
    docker0Length: lengths.docker0,
    networkLength: lengths.networks,
    avoid: meshKeys.avoid.read(value('avoid')) ?? [],
    parallel: meshKeys.parallel.read(value('parallel')) ?? DEFAULTS.parallel,
    hosts: raw.hosts.map((host) => hostOf(raw.defaults, [...(groups.get(host.name) ?? [])], host)),
  };
}
