/** A plan as a diff that a network engineer reads at a glance: `+` comes, `-` goes, `~` changes, `!` interrupts. */
import type { Change, ContainerStop, HostPlan, Plan } from './model.ts';

export type Sign = '+' | '-' | '~' | '!';

/** One line of a diff; faces colour it by its sign. */
export type DiffLine = { readonly sign: Sign; readonly subject: string; readonly text: string };

function names(stops: readonly ContainerStop[]): string {
  return stops.map((stop) => stop.name).join(', ');
}

/** What a docker restart does to the containers, in words; empty when none runs. */
export function explainStops(stops: readonly ContainerStop[]): string {
  const lost = stops.filter((stop) => stop.lost);
  const back = stops.filter((stop) => !stop.lost);
  const parts = [
    ...(back.length > 0 ? [`stops and starts again ${names(back)}`] : []),
    ...(lost.length > 0 ? [`ends for good ${names(lost)} (run with --rm)`] : []),
  ];
  return parts.join('; ');
}

function explainRestart(change: Extract<Change, { kind: 'docker-restart' }>): DiffLine {
  const stops = explainStops(change.stops);
  const text = `restart: docker0 ${change.from ?? 'without address'} -> ${change.to}`;
  return {
    sign: '!',
    subject: 'docker',
    text: stops === '' ? `${text}; no container runs` : `${text}; ${stops}`,
  };
}

function explainDaemonKey(change: Extract<Change, { kind: 'daemon-key' }>): DiffLine {
  const sign = change.from === undefined ? '+' : change.to === undefined ? '-' : '~';
  const text =
    change.from === undefined || change.to === undefined
      ? `${change.key}: ${change.to ?? change.from}`
      : `${change.key}: ${change.from} -> ${change.to}`;
  return { sign, subject: 'daemon.json', text };
}

function explainRoute(change: Extract<Change, { kind: 'route' }>): DiffLine {
  const sign = change.action === 'add' ? '+' : change.action === 'remove' ? '-' : '~';
  const peer = change.peer === undefined || change.peer === 'self' ? '' : `  (${change.peer})`;
  const from = change.from === undefined ? '' : `, was ${change.from}`;
  return { sign, subject: 'route', text: `${change.route}${from}${peer}` };
}

function explainFirewall(change: Extract<Change, { kind: 'firewall' }>): readonly DiffLine[] {
  const what = 'nft table route_mesh, chains ROUTE-MESH';
  switch (change.action) {
    case 'load':
      return [{ sign: '+', subject: 'firewall', text: what }];
    case 'reload':
      return [{ sign: '~', subject: 'firewall', text: `${what}: new rules` }];
    case 'restore': {
      const lines = change.differences.map((text): DiffLine => ({ sign: '~', subject: 'firewall', text }));
      return [{ sign: '~', subject: 'firewall', text: `${what}: not as loaded, load again` }, ...lines];
    }
  }
}

function explainChange(change: Change): readonly DiffLine[] {
  switch (change.kind) {
    case 'block':
      return change.from === undefined
        ? [{ sign: '+', subject: 'block', text: change.to }]
        : [{ sign: '~', subject: 'block', text: `${change.from} -> ${change.to}` }];
    case 'daemon-key':
      return [explainDaemonKey(change)];
    case 'docker-restart':
      return [explainRestart(change)];
    case 'route':
      return [explainRoute(change)];
    case 'firewall':
      return explainFirewall(change);
    case 'boot-hook':
      return [{ sign: '+', subject: 'boot', text: 'service that starts the watcher' }];
    case 'watcher':
      return [{ sign: '+', subject: 'watcher', text: 'start it: it heals routes and rules by itself' }];
    case 'file':
      return [];
  }
}

/** A host's first files are counted; later ones are named, but those whose change another line tells. */
function explainFiles(changes: readonly Change[]): readonly DiffLine[] {
  const files = changes.flatMap((change) => (change.kind === 'file' ? [change] : []));
  if (changes.some((change) => change.kind === 'block' && change.from === undefined)) {
    return [{ sign: '+', subject: 'files', text: `/etc/route-mesh: ${files.length} files` }];
  }
  const told = changes.some(({ kind }) => kind === 'route' || kind === 'firewall' || kind === 'block');
  const implied = (name: string): boolean =>
    told && (name === 'routes' || name === 'mesh.conf' || /\.(nft|iptables)$/.test(name));
  const named = files.filter(({ name }) => !implied(name));
  if (named.length === 0) return [];
  const list = named.map(({ action, name }) => (action === 'remove' ? `-${name}` : name)).join(' ');
  return [{ sign: '~', subject: 'files', text: `/etc/route-mesh: ${list}` }];
}

/** The diff of one host. */
export function explainChanges(changes: readonly Change[]): readonly DiffLine[] {
  return [...changes.flatMap(explainChange), ...explainFiles(changes)];
}

function hostHeading(host: HostPlan): string {
  switch (host.kind) {
    case 'unreachable':
      return `${host.host}  unreachable`;
    case 'refused':
      return `${host.host}  refused, nothing will be touched`;
    case 'ready': {
      const { block, docker0, underlay } = host.desired;
      const state = host.changes.length === 0 ? '  in sync' : '';
      return `${host.host}  block ${block}  docker0 ${docker0}  underlay ${underlay}${state}`;
    }
  }
}

function hostLines(host: HostPlan): readonly string[] {
  const problems =
    host.kind === 'refused' ? host.problems : host.kind === 'unreachable' ? [host.problem] : [];
  const errors = problems.flatMap((problem) => [
    `  x ${problem.message}`,
    ...(problem.cure === undefined ? [] : [`    ${problem.cure}`]),
  ]);
  if (host.kind !== 'ready') return errors;
  const changes = explainChanges(host.changes).map(
    ({ sign, subject, text }) => `  ${sign} ${subject.padEnd(11)} ${text}`,
  );
  return [...changes, ...host.warnings.map((warning) => `  ? ${warning}`)];
}

/** Counts for the last line and for scripts. */
export function summarize(plan: Plan): {
  readonly hosts: number;
  readonly change: number;
  readonly restarts: number;
  readonly refused: number;
  readonly unreachable: number;
} {
  const ready = plan.hosts.flatMap((host) => (host.kind === 'ready' ? [host] : []));
  return {
    hosts: plan.hosts.length,
    change: ready.filter((host) => host.changes.length > 0).length,
    restarts: ready.filter((host) => host.changes.some(({ kind }) => kind === 'docker-restart')).length,
    refused: plan.hosts.filter(({ kind }) => kind === 'refused').length,
    unreachable: plan.hosts.filter(({ kind }) => kind === 'unreachable').length,
  };
}

function summaryLine(plan: Plan): string {
  const { hosts, change, restarts, refused, unreachable } = summarize(plan);
  const parts = [
    change === 0 ? 'nothing to change' : `${change} to change`,
    ...(restarts > 0 ? [`${restarts} docker restart${restarts === 1 ? '' : 's'}`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(unreachable > 0 ? [`${unreachable} unreachable`] : []),
  ];
  return `${hosts} host${hosts === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

/** The whole plan as lines of plain text. Hosts in sync get their heading only. */
export function explainPlan(plan: Plan): readonly string[] {
  const head = `mesh ${plan.mesh}  pool ${plan.pool}`;
  const hosts = plan.hosts.flatMap((host) => ['', hostHeading(host), ...hostLines(host)]);
  return [head, ...plan.warnings.map((warning) => `? ${warning}`), ...hosts, '', summaryLine(plan)];
}
