/** From options to a Run: the composition root of all commands that work on hosts. */
import { createHash, randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { MeshError } from '../error/mesh-error.ts';
import type { EmitEvent } from '../events/event.ts';
import { createJsonFace } from '../faces/json.ts';
import { createQuietFace, createTextFace } from '../faces/text.ts';
import { limitHosts } from '../inventory/limit.ts';
import type { Inventory } from '../inventory/model.ts';
import { readInventory } from '../inventory/read.ts';
import type { Run } from '../operations/run.ts';
import { createSsh2Transport } from '../transport/ssh2-transport.ts';
import { hasSwitch, type OptionValues, textOption } from './arguments.ts';
import { loadHostPrograms } from './host-programs.ts';
import type { Invocation } from './invocation.ts';
import type { Terminal } from './terminal.ts';

/** Looked for in this order where neither option nor environment names an inventory. */
const DEFAULT_INVENTORIES = ['route-mesh.yaml', 'inventory'];

async function findInventory(options: OptionValues): Promise<string> {
  const named = textOption(options, 'inventory') ?? process.env['ROUTE_MESH_INVENTORY'];
  if (named !== undefined && named !== '') return named;
  for (const candidate of DEFAULT_INVENTORIES) {
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  throw new MeshError({
    code: 'inventory-missing',
    message: `no inventory: neither --inventory nor ROUTE_MESH_INVENTORY is given, and ${DEFAULT_INVENTORIES.join(' and ')} do not exist here`,
    cure: 'Name one, for example --inventory h1,h2,h3, or write one with route-mesh init h1 h2 h3',
  });
}

function withHostKeyPolicy(inventory: Inventory, acceptNew: boolean): Inventory {
  if (!acceptNew) return inventory;
  const hosts = inventory.hosts.map((host) => ({
    ...host,
    connection: { ...host.connection, hostKeys: 'accept-new' as const },
  }));
  return { ...inventory, hosts };
}

/** The face of commands that act: JSON lines, or text, on standard output. */
function actingFace(options: OptionValues, terminal: Terminal): EmitEvent {
  if (hasSwitch(options, 'json')) return createJsonFace(terminal.out);
  if (hasSwitch(options, 'quiet')) return createQuietFace(terminal.out, terminal.outStyle);
  return createTextFace(terminal.out, terminal.outStyle, hasSwitch(options, 'verbose'));
}

/** The face of commands that read: their document alone goes to standard output. */
function readingFace(options: OptionValues, terminal: Terminal): EmitEvent {
  if (hasSwitch(options, 'json')) return () => undefined;
  return createTextFace(terminal.err, terminal.errStyle, hasSwitch(options, 'verbose'));
}

/** A user id without an entry in passwd, as containers have, has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

function operatorName(): string {
  return `${process.env['SUDO_USER'] ?? userName()}@${hostname()} pid ${process.pid}`;
}

/** Does the command change hosts, or only read them? */
export type RunKind = 'acting' | 'reading';

/** Everything of a Run but the inventory's part. */
export async function openRun(
  inventory: Inventory,
  selected: readonly string[],
  kind: RunKind,
  invocation: Invocation,
): Promise<Run> {
  const { options, terminal } = invocation;
  return {
    inventory: withHostKeyPolicy(inventory, hasSwitch(options, 'accept-new')),
    selected: new Set(selected),
    transport: createSsh2Transport({
      askPassword: terminal.interactive ? terminal.askSecret : undefined,
      environment: process.env,
    }),
    emit: kind === 'acting' ? actingFace(options, terminal) : readingFace(options, terminal),
    clock: () => performance.now(),
    nonce: () => randomBytes(6).toString('hex'),
    operator: operatorName(),
    programs: await loadHostPrograms(),
    sha256: (content) => createHash('sha256').update(content).digest('hex'),
  };
}

/** Reads the inventory that the options name, and opens a run on it. */
export async function openMeshRun(invocation: Invocation, kind: RunKind): Promise<Run> {
  const inventory = await readInventory(await findInventory(invocation.options));
  const limit = textOption(invocation.options, 'limit');
  const selected =
    limit === undefined ? inventory.hosts.map(({ name }) => name) : limitHosts(inventory, limit);
  return openRun(inventory, selected, kind, invocation);
}
