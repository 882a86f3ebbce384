import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MeshError } from '../../error/mesh-error.ts';
import { writeDocument } from '../../faces/json.ts';
import type { Inventory } from '../../inventory/model.ts';
import { readInventory } from '../../inventory/read.ts';
import { draftInventory } from '../../operations/init.ts';
import { type InventoryDraft, renderInventoryFile } from '../../render/inventory-file.ts';
import { hasSwitch, type OptionValues, textOption } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openRun } from '../mesh-run.ts';

type Wishes = Pick<InventoryDraft, 'user' | 'sudo' | 'sshConfig'>;

function wishesOf(options: OptionValues): Wishes {
  const sshConfig = textOption(options, 'ssh-config');
  return {
    user: textOption(options, 'user'),
    sudo: hasSwitch(options, 'sudo'),
    sshConfig: sshConfig === undefined ? undefined : resolve(sshConfig),
  };
}

function withWishes(inventory: Inventory, { user, sudo, sshConfig }: Wishes): Inventory {
  const hosts = inventory.hosts.map(({ connection, ...host }) => ({
    ...host,
    connection: {
      ...(user === undefined ? {} : { user }),
      ...connection,
      ...(sshConfig === undefined ? {} : { sshConfig }),
      ...(sudo ? { privilege: { kind: 'sudo' as const, password: { kind: 'none' as const } } } : {}),
    },
  }));
  return { ...inventory, hosts };
}

/** Never over a file that is there: it may hold what an operator wrote by hand. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MeshError({
      code: 'usage',
      place: path,
      message: `the inventory cannot be written: ${reason}`,
      cure: 'Name another file with --output, or move that one away',
      cause: thrown,
    });
  }
}

/** `init`: probes the hosts and writes the inventory. */
export const command: Command = async (invocation) => {
  const { positionals, options, terminal } = invocation;
  if (positionals.length === 0) {
    throw new MeshError({
      code: 'usage',
      message: 'init needs the names of the hosts',
      cure: 'For example: route-mesh init h1 h2 admin@h3',
    });
  }
  const wishes = wishesOf(options);
  const inventory = withWishes(await readInventory(`${positionals.join(',')},`), wishes);
  const names = inventory.hosts.map(({ name }) => name);
  const run = await openRun(inventory, names, 'reading', invocation);
  const { draft, exitCode } = await draftInventory(run, wishes);
  const path = textOption(options, 'output') ?? 'route-mesh.yaml';
  const text = renderInventoryFile(draft);
  await writeNew(path, text);
  if (hasSwitch(options, 'json')) writeDocument(terminal.out, 'inventory', { path, text });
  else terminal.out(`${text}\nwritten to ${path}; next: route-mesh plan --inventory ${path}\n`);
  return exitCode;
};
