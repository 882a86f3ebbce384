/** What a host's Docker has to be told, and whether it can be told. */
import { MeshError } from '../error/mesh-error.ts';
import type { DockerFacts } from '../facts/model.ts';
import type { HostDesired } from '../modes/desired.ts';
import { ACCEPT_MARK } from '../modes/host-files.ts';
import type { DaemonSettings } from './daemon-json.ts';
import { parseDaemonJson } from './daemon-json.ts';

/** daemon.json keys that route-mesh wants on this host; every key is one that this Docker version knows. */
export function dockerSettings(desired: HostDesired, docker: DockerFacts): DaemonSettings {
  const settings = { bip: desired.docker0, 'default-address-pools': desired.networks };
  if (docker.firewallBackend === 'iptables') return settings;
  return {
    ...settings,
    'allow-direct-routing': true,
    'bridge-accept-fwmark': `${ACCEPT_MARK}/${ACCEPT_MARK}`,
  };
}

/** Flags of dockerd that set what one of our keys sets; dockerd does not start with both (moby, all versions). */
const CONFLICTING_FLAGS: Readonly<Record<string, string>> = {
  bip: 'bip',
  'default-address-pool': 'default-address-pools',
  'default-address-pools': 'default-address-pools',
  'allow-direct-routing': 'allow-direct-routing',
  'bridge-accept-fwmark': 'bridge-accept-fwmark',
  // Not ours, but it has to be off for the time of a restart that moves docker0, and a flag cannot be switched.
  'live-restore': 'live-restore',
};

function bridgeSetting(docker: DockerFacts): { value: string; place: string } | undefined {
  const flag = docker.flags.find(({ name }) => name === 'bridge' || name === 'b');
  if (flag !== undefined && flag.value !== '') return { value: flag.value, place: flag.place };
  const value = parseDaemonJson(docker.daemonJson, docker.daemonJsonPath)['bridge'];
  return typeof value === 'string' && value !== '' ? { value, place: docker.daemonJsonPath } : undefined;
}

/** Why route-mesh cannot manage this host's Docker; empty when it can. Each error carries the host's name. */
export function dockerProblems(host: string, docker: DockerFacts | undefined): readonly MeshError[] {
  if (docker === undefined) return [noDocker(host, 'there is no docker on the host', 'Install Docker there')];
  if (docker.serverVersion === undefined) {
    const said = docker.error === undefined ? '' : `: ${docker.error}`;
    return [noDocker(host, `dockerd does not answer${said}`, 'Start it (systemctl start docker)')];
  }
  if (docker.rootless) {
    return [noDocker(host, 'Docker runs rootless, its networks are not the host’s', 'Run dockerd as root')];
  }
  try {
    const bridge = bridgeSetting(docker);
    const problems = flagConflicts(host, docker);
    return bridge === undefined ? problems : [...problems, foreignBridge(host, bridge)];
  } catch (error) {
    if (error instanceof MeshError) return [error.at(host, 'plan')];
    throw error;
  }
}

function noDocker(host: string, message: string, cure: string): MeshError {
  return new MeshError({ code: 'no-docker', host, step: 'plan', message, cure: `${cure}, then run again` });
}

function foreignBridge(host: string, bridge: { value: string; place: string }): MeshError {
  return new MeshError({
    code: 'docker-flag-conflict',
    host,
    step: 'plan',
    place: bridge.place,
    message: `Docker uses the bridge ${JSON.stringify(bridge.value)} instead of docker0 (${bridge.place})`,
    cure: 'Remove that setting there and restart docker, so that docker0 is Docker’s own again',
  });
}

function flagConflicts(host: string, docker: DockerFacts): readonly MeshError[] {
  return docker.flags.flatMap((flag) => {
    const key = CONFLICTING_FLAGS[flag.name];
    if (key === undefined) return [];
    const message = `dockerd is started with --${flag.name}=${flag.value} (${flag.place}); with ${key} in daemon.json as well it would not start`;
    const cure = `Remove --${flag.name} from ${flag.place} on the host, route-mesh sets ${key} in daemon.json`;
    return [
      new MeshError({ code: 'docker-flag-conflict', host, step: 'plan', place: flag.place, message, cure }),
    ];
  });
}
