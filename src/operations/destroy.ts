/** `destroy`: leaves every selected host as it was before route-mesh. */
import { asMeshError, MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';
import { daemonJsonForRestart, parseDaemonJson, unmergeDaemonJson } from '../plan/daemon-json.ts';
import { containerStops, docker0Address } from '../plan/diff.ts';
import type { ContainerStop } from '../plan/model.ts';
import type { ChangeRequest } from '../render/change-script.ts';
import { forgetAllocations } from './allocation-store.ts';
import { changeHost } from './change-host.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from './exit-code.ts';
import { fanOut } from './fan-out.ts';
import { type Gathered, withGathered } from './gather.ts';
import type { Run } from './run.ts';

type Reached = Extract<Gathered, { kind: 'reached' }>;

/** What destroy would do to a host, for the question and for the policy on restarts. */
export type DestroyPreview = {
  readonly host: string;
  readonly block: string;
  readonly restart: boolean;
  readonly stops: readonly ContainerStop[];
};

export type DestroyOptions = {
  /** Shows what goes and asks; undefined: nobody is there to ask. */
  readonly approve: ((previews: readonly DestroyPreview[]) => Promise<boolean>) | undefined;
  readonly allowRestart: boolean;
};

/** docker0 has to change back. */
function needsRestart({ docker, footprint, ...facts }: Facts): boolean {
  const before = footprint?.originalDocker0;
  if (docker === undefined || before === undefined || footprint?.daemonJsonHash === undefined) return false;
  return before !== docker0Address(facts);
}

function preview(one: Reached): DestroyPreview | undefined {
  const { footprint } = one.facts;
  if (footprint === undefined) return undefined;
  const restart = needsRestart(one.facts);
  const stops = restart ? containerStops(one.facts) : [];
  return { host: one.host.name, block: footprint.block, restart, stops };
}

type DaemonJsonRequest = Pick<ChangeRequest, 'daemonJson' | 'removeDaemonJson'>;

/** The settings of a daemon.json without what route-mesh set; equal texts are equal settings in the same order. */
function settingsOf(text: string | undefined, path: string): string {
  return JSON.stringify(parseDaemonJson(text, path));
}

/**
 * The file as it is to be left, and for the restart before that. Where the operator has changed nothing in it since
 * the first sync, its content is left out: the host puts its own copy of the original back, byte by byte. A hash of
 * what was written last would not tell: later syncs write the operator's changes of the meantime too.
 */
export function daemonJsonAfter({
  docker,
  footprint,
}: Pick<Facts, 'docker' | 'footprint'>): DaemonJsonRequest {
  if (docker?.daemonJson === undefined || footprint?.daemonJsonHash === undefined) {
    return { daemonJson: undefined, removeDaemonJson: false };
  }
  const { daemonJson: text, daemonJsonPath: path } = docker;
  const { originalDaemonJson: original } = footprint;
  const unmerged = unmergeDaemonJson(text, original, path);
  const edited = settingsOf(unmerged, path) !== settingsOf(original, path);
  const content = edited ? unmerged : original;
  const whileRestarting = daemonJsonForRestart(content, path, footprint.originalDocker0);
  return {
    daemonJson: {
      path,
      ...(edited && content !== undefined ? { content } : {}),
      ...(whileRestarting === undefined ? {} : { whileRestarting }),
    },
    removeDaemonJson: edited && content === undefined,
  };
}

function requestFor(one: Reached, restart: boolean, run: Run): ChangeRequest {
  return {
    verb: 'deactivate',
    baseRevision: one.facts.footprint?.revision ?? 0,
    stagingName: `staged-${run.nonce()}`,
    operator: run.operator,
    restart,
    docker0: '',
    daemonJsonPath: one.facts.docker?.daemonJsonPath ?? '/etc/docker/daemon.json',
    ...daemonJsonAfter(one.facts),
    files: run.programs,
  };
}

function refusal(what: DestroyPreview, one: Reached, allowRestart: boolean): MeshError | undefined {
  const allowed = one.host.dockerRestart === 'allowed' || (one.host.dockerRestart === 'ask' && allowRestart);
  if (what.stops.length === 0 || allowed) return undefined;
  const names = what.stops.map((stop) => stop.name).join(', ');
  return new MeshError({
    code: 'restart-refused',
    host: what.host,
    step: 'docker_restart',
    message: `docker0 goes back to its old subnet, and the docker restart for it would stop ${names}`,
    cure: 'Run destroy on a terminal, or with --allow docker-restart',
  });
}

async function destroyHost(one: Reached, allowRestart: boolean, run: Run): Promise<ExitCode> {
  const host = one.host.name;
  const what = preview(one);
  if (what === undefined) {
    run.emit({ kind: 'host-unchanged', host });
    return EXIT.done;
  }
  const fail = (error: MeshError, reverted: boolean): ExitCode => {
    run.emit({ kind: 'host-failed', host, error, reverted });
    return exitCodeOf(error.code);
  };
  const refused = refusal(what, one, allowRestart);
  if (refused !== undefined) return fail(refused, false);
  try {
    const outcome = await changeHost(one.session, requestFor(one, what.restart, run), run);
    if (outcome.kind === 'failed') return fail(outcome.error, outcome.reverted);
    run.emit({ kind: 'host-cleaned', host });
    return EXIT.done;
  } catch (thrown) {
    return fail(asMeshError(thrown).at(host, 'destroy'), false);
  }
}

/** Cleans the selected hosts; a host that cannot be reached keeps its allocation, so that it can be cleaned later. */
export async function destroy(run: Run, options: DestroyOptions): Promise<ExitCode> {
  return withGathered(run, async (gathered) => {
    const wanted = gathered.filter((one) => run.selected.has(one.host.name));
    const reached = wanted.flatMap((one) => (one.kind === 'reached' ? [one] : []));
    const previews = reached.flatMap((one) => preview(one) ?? []);
    let allowRestart = options.allowRestart;
    if (options.approve !== undefined && previews.length > 0) {
      if (!(await options.approve(previews))) return EXIT.pending;
      allowRestart = true;
    }
    const cleaned: string[] = [];
    const codes = await fanOut(wanted, run.inventory.parallel, async (one) => {
      if (one.kind === 'failed') {
        run.emit({ kind: 'host-failed', host: one.host.name, error: one.error, reverted: false });
        return exitCodeOf(one.error.code);
      }
      const code = await destroyHost(one, allowRestart, run);
      if (code === EXIT.done) cleaned.push(one.host.name);
      return code;
    });
    await forgetAllocations(run.inventory, cleaned);
    return gravest(codes);
  });
}
