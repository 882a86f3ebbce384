/** Desired state against facts: the ordered changes of one host. */
import type { Facts, RouteFact } from '../facts/model.ts';
import type { DesiredRoute, HostDesired } from '../modes/desired.ts';
import { renderRoute } from '../modes/host-files.ts';
import { ROUTE_METRIC, ROUTE_PROTOCOL } from '../net/route-mark.ts';
import { type DaemonSettings, parseDaemonJson } from './daemon-json.ts';
import type { Change, ContainerStop } from './model.ts';

/** Content -> sha256 hex; given by the caller, for this layer touches nothing of Node. */
export type Sha256 = (content: string) => string;

/** What the host shall have: state, rendered files, the settings for daemon.json. */
export type Target = {
  readonly desired: HostDesired;
  readonly files: Readonly<Record<string, string>>;
  readonly settings: DaemonSettings;
};

/** All changes of a host, in the order in which they take effect; empty when there is nothing to do. */
export function diffHost(target: Target, facts: Facts, sha256: Sha256): readonly Change[] {
  return [
    ...blockChange(target.desired, facts),
    ...dockerChanges(target, facts),
    ...routeChanges(target.desired, facts),
    ...firewallChanges(target.files, facts, sha256),
    ...fileChanges(target.files, facts, sha256),
    ...serviceChanges(facts),
  ];
}

function blockChange(desired: HostDesired, facts: Facts): readonly Change[] {
  const from = facts.footprint?.block;
  return from === desired.block ? [] : [{ kind: 'block', from, to: desired.block }];
}

/** docker0's IPv4 address as the kernel has it, `a.b.c.d/len`. */
export function docker0Address(facts: Pick<Facts, 'addresses'>): string | undefined {
  const address = facts.addresses.find((one) => one.interface === 'docker0' && one.family === 4);
  return address === undefined ? undefined : `${address.address}/${address.length}`;
}

function dockerChanges({ desired, settings }: Target, facts: Facts): readonly Change[] {
  const { docker } = facts;
  if (docker === undefined) return [];
  const current = parseDaemonJson(docker.daemonJson, docker.daemonJsonPath);
  const text = (value: unknown): string | undefined =>
    value === undefined ? undefined : JSON.stringify(value);
  const keys = Object.entries(settings).flatMap(([key, value]): Change[] => {
    const [from, to] = [text(current[key]), text(value)];
    return from === to ? [] : [{ kind: 'daemon-key', key, from, to }];
  });
  const from = docker0Address(facts);
  if (from === desired.docker0) return keys;
  return [...keys, { kind: 'docker-restart', from, to: desired.docker0, stops: containerStops(facts) }];
}

/** What a docker restart does to each running container. */
export function containerStops(facts: Facts): readonly ContainerStop[] {
  return (facts.docker?.containers ?? []).map((container) => ({
    name: container.name,
    startedByUs: container.restartPolicy === 'no' && !container.autoRemove,
    lost: container.autoRemove,
  }));
}

function isOurs(route: RouteFact): boolean {
  return route.protocol === ROUTE_PROTOCOL && route.table === 'main';
}

function sameRoute(want: DesiredRoute, have: RouteFact): boolean {
  const sameWay = want.type === have.type && want.via === have.via && have.metric === ROUTE_METRIC;
  const sameLink = want.onlink === undefined || want.onlink.interface === have.interface;
  return sameWay && sameLink && (want.onlink !== undefined) === have.onlink;
}

function describe(route: RouteFact): string {
  const type = route.type === 'unicast' ? '' : `${route.type} `;
  return `${type}${route.destination}${route.via === undefined ? '' : ` via ${route.via}`}`;
}

function routeChanges(desired: HostDesired, facts: Facts): readonly Change[] {
  const ours = new Map(facts.routes.filter(isOurs).map((route) => [route.destination, route]));
  const wanted = new Set(desired.routes.map((route) => route.destination));
  const missing = desired.routes.flatMap((route): Change[] => {
    const have = ours.get(route.destination);
    const common = { kind: 'route', peer: route.peer, route: renderRoute(route) } as const;
    if (have === undefined) return [{ ...common, action: 'add' }];
    return sameRoute(route, have) ? [] : [{ ...common, action: 'replace', from: describe(have) }];
  });
  const surplus = [...ours.values()].filter((route) => !wanted.has(route.destination));
  const names = new Map(Object.entries(facts.footprint?.peers ?? {}).map(([name, block]) => [block, name]));
  return [
    ...missing,
    ...surplus.map(
      (route): Change => ({
        kind: 'route',
        action: 'remove',
        peer: names.get(route.destination),
        route: describe(route),
      }),
    ),
  ];
}

const RULE_FILES = ['nat.nft', 'nat-marked.nft', 'filter.iptables', 'nat.iptables'];

function differs(
  files: Readonly<Record<string, string>>,
  name: string,
  facts: Facts,
  sha256: Sha256,
): boolean {
  const content = files[name];
  return content === undefined || facts.footprint?.files[name] !== sha256(content);
}

function firewallChanges(
  files: Readonly<Record<string, string>>,
  facts: Facts,
  sha256: Sha256,
): readonly Change[] {
  if (facts.footprint === undefined) return [{ kind: 'firewall', action: 'load', differences: [] }];
  const { firewall, firewallDifferences } = facts.footprint;
  if (firewall !== 'intact') {
    return [{ kind: 'firewall', action: 'restore', differences: firewallDifferences }];
  }
  const changed = RULE_FILES.some((name) => differs(files, name, facts, sha256));
  return changed ? [{ kind: 'firewall', action: 'reload', differences: [] }] : [];
}

/** Files that tell of themselves: rules and routes are shown by what they do, so they are left out here. */
function fileChanges(
  files: Readonly<Record<string, string>>,
  facts: Facts,
  sha256: Sha256,
): readonly Change[] {
  const there = Object.keys(facts.footprint?.files ?? {});
  const writes = Object.keys(files).filter((name) => differs(files, name, facts, sha256));
  const removals = there.filter((name) => !(name in files));
  return [
    ...writes.map((name): Change => ({ kind: 'file', action: 'write', name })),
    ...removals.map((name): Change => ({ kind: 'file', action: 'remove', name })),
  ];
}

function serviceChanges(facts: Facts): readonly Change[] {
  const hook: Change[] = facts.footprint?.bootHook ? [] : [{ kind: 'boot-hook' }];
  const watcher: Change[] = facts.footprint?.watcher ? [] : [{ kind: 'watcher' }];
  return [...hook, ...watcher];
}
