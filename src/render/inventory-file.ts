/** The inventory that `init` writes: what was asked for, with what was found as comments. */
import type { InventoryHost } from '../inventory/model.ts';

export type FoundHost = {
  readonly host: InventoryHost;
  /** One line of what was found, or why nothing was. */
  readonly finding: string;
};

export type InventoryDraft = {
  readonly mesh: string;
  /** Chosen from the facts; undefined where no host was reached. */
  readonly pool: string | undefined;
  readonly user: string | undefined;
  readonly sudo: boolean;
  readonly sshConfig: string | undefined;
  readonly hosts: readonly FoundHost[];
};

function hostKeys({ connection }: InventoryHost, user: string | undefined): string {
  const keys = [
    ...(connection.user === undefined || connection.user === user ? [] : [`user: ${connection.user}`]),
    ...(connection.port === undefined ? [] : [`port: ${connection.port}`]),
  ];
  return keys.length === 0 ? '' : ` { ${keys.join(', ')} }`;
}

function defaultsSection({ user, sudo, sshConfig }: InventoryDraft): readonly string[] {
  const keys = [
    ...(user === undefined ? [] : [`  user: ${user}`]),
    ...(sudo ? ['  sudo: true'] : []),
    ...(sshConfig === undefined ? [] : [`  ssh_config: ${JSON.stringify(sshConfig)}`]),
  ];
  return keys.length === 0 ? [] : ['', 'defaults:', ...keys];
}

/** Text of the file; every comment is one line. */
export function renderInventoryFile(draft: InventoryDraft): string {
  const pool =
    draft.pool === undefined
      ? ['# pool: 10.208.0.0/16   # left out: one that is free on all hosts is chosen at the first sync']
      : [`pool: ${draft.pool}   # nothing on the hosts uses it; every block comes from here`];
  const hosts = draft.hosts.map(
    ({ host, finding }) =>
      `  ${host.name}:${hostKeys(host, draft.user)}   # ${finding.replaceAll('\n', ' ')}`,
  );
  return [
    '# A mesh of Docker hosts, written by route-mesh init. All keys are in inventory/example.yaml of the package.',
    `mesh: ${draft.mesh}`,
    ...pool,
    ...defaultsSection(draft),
    '',
    'hosts:',
    ...hosts,
    '',
  ].join('\n');
}
