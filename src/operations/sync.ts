/** `sync`: makes the hosts what the inventory asks for. */
import { asMeshError, MeshError } from '../error/mesh-error.ts';
import type { RestartPolicy } from '../inventory/model.ts';
import { explainChanges } from '../plan/explain.ts';
import type { HostPlan, Plan } from '../plan/model.ts';
import { planDocument } from '../plan/plan-document.ts';
import type { ChangeRequest } from '../render/change-script.ts';
import { storeAllocation } from './allocation-store.ts';
import { changeHost } from './change-host.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from './exit-code.ts';
import { fanOut } from './fan-out.ts';
import { type Gathered, withGathered } from './gather.ts';
import { planMesh } from './plan-mesh.ts';
import type { Run } from './run.ts';

export type SyncOptions = {
  /** Shows the plan and asks; undefined: nobody is there to ask (`--yes`, cron). */
  readonly approve: ((plan: Plan) => Promise<boolean>) | undefined;
  /** `--allow docker-restart`: restart dockers although containers run there. */
  readonly allowRestart: boolean;
  /** The plan that was approved before (`plan -o`); refused when the hosts have moved since. */
  readonly expected?: string;
};

type ReadyPlan = Extract<HostPlan, { kind: 'ready' }>;

function restartOf(
  plan: ReadyPlan,
): Extract<ReadyPlan['changes'][number], { kind: 'docker-restart' }> | undefined {
  return plan.changes.flatMap((change) => (change.kind === 'docker-restart' ? [change] : []))[0];
}

/** Why docker may not be restarted on this host now; undefined when it may, or need not be. */
function restartRefusal(plan: ReadyPlan, policy: RestartPolicy, allowed: boolean): MeshError | undefined {
  const restart = restartOf(plan);
  if (restart === undefined || restart.stops.length === 0) return undefined;
  if (policy === 'allowed' || (policy === 'ask' && allowed)) return undefined;
  const names = restart.stops.map((stop) => stop.name).join(', ');
  const cure =
    policy === 'never'
      ? 'Stop them first, or set docker.restart to allowed for this host in the inventory'
      : 'Run sync on a terminal, or with --allow docker-restart, or set docker.restart: allowed in the inventory';
  return new MeshError({
    code: 'restart-refused',
    host: plan.host,
    step: 'docker_restart',
    message: `docker0 must change to ${restart.to}, and the docker restart for it would stop ${names}`,
    cure,
  });
}

function requestFor(plan: ReadyPlan, run: Run, daemonJsonPath: string): ChangeRequest {
  return {
    verb: 'activate',
    baseRevision: plan.baseRevision,
    stagingName: `staged-${run.nonce()}`,
    operator: run.operator,
    restart: restartOf(plan) !== undefined,
    docker0: plan.desired.docker0,
    daemonJsonPath,
    daemonJson: plan.daemonJson,
    removeDaemonJson: false,
    files: plan.files,
  };
}

async function applyHost(
  plan: ReadyPlan,
  gathered: Extract<Gathered, { kind: 'reached' }>,
  allowRestart: boolean,
  run: Run,
): Promise<ExitCode> {
  const { host } = plan;
  const fail = (error: MeshError, reverted: boolean): ExitCode => {
    run.emit({ kind: 'host-failed', host, error, reverted });
    return exitCodeOf(error.code);
  };
  for (const message of plan.warnings) run.emit({ kind: 'warning', host, message });
  if (plan.changes.length === 0) {
    run.emit({ kind: 'host-unchanged', host });
    return EXIT.done;
  }
  const refusal = restartRefusal(plan, gathered.host.dockerRestart, allowRestart);
  if (refusal !== undefined) return fail(refusal, false);
  const started = run.clock();
  run.emit({ kind: 'host-started', host, task: 'apply' });
  try {
    const path = gathered.facts.docker?.daemonJsonPath ?? '/etc/docker/daemon.json';
    const outcome = await changeHost(gathered.session, requestFor(plan, run, path), run);
    if (outcome.kind === 'failed') return fail(outcome.error, outcome.reverted);
    const changes = explainChanges(plan.changes).map(
      ({ sign, subject, text }) => `${sign} ${subject} ${text}`,
    );
    const milliseconds = run.clock() - started;
    run.emit({ kind: 'host-changed', host, revision: outcome.revision, changes, milliseconds });
    return EXIT.done;
  } catch (thrown) {
    return fail(asMeshError(thrown).at(host, 'apply'), false);
  }
}

function reportProblems(plan: HostPlan, run: Run): ExitCode {
  if (plan.kind === 'ready') return EXIT.done;
  const problems = plan.kind === 'refused' ? plan.problems : [plan.problem];
  for (const error of problems) run.emit({ kind: 'host-failed', host: plan.host, error, reverted: false });
  return gravest(problems.map((problem) => exitCodeOf(problem.code)));
}

function stalePlan(): MeshError {
  return new MeshError({
    code: 'plan-stale',
    step: 'plan',
    message: 'the hosts or the inventory have changed since this plan was made',
    cure: 'Make a new plan, read it, and apply that one',
  });
}

async function applyPlan(
  run: Run,
  plan: Plan,
  gathered: readonly Gathered[],
  allowRestart: boolean,
): Promise<ExitCode> {
  const hosts = plan.hosts.filter((host) => run.selected.has(host.host));
  const codes = await fanOut(hosts, run.inventory.parallel, async (host) => {
    const reached = gathered.find((one) => one.host.name === host.host);
    if (host.kind !== 'ready' || reached?.kind !== 'reached') return reportProblems(host, run);
    return applyHost(host, reached, allowRestart, run);
  });
  return gravest(codes);
}

/** True when at least one selected host would be changed. */
export function hasChanges(plan: Plan, selected: ReadonlySet<string>): boolean {
  return plan.hosts.some(
    (host) => host.kind === 'ready' && selected.has(host.host) && host.changes.length > 0,
  );
}

/** Gathers, plans, asks, applies. Throws MeshError when there is nothing that could be planned. */
export async function sync(run: Run, options: SyncOptions): Promise<ExitCode> {
  return withGathered(run, async (gathered) => {
    const { plan, fingerprint } = await planMesh(run, gathered);
    if (options.expected !== undefined && options.expected !== fingerprint) throw stalePlan();
    run.emit({ kind: 'planned', plan: planDocument(plan, run.selected) });
    for (const message of plan.warnings) run.emit({ kind: 'warning', host: undefined, message });
    let allowRestart = options.allowRestart;
    if (options.approve !== undefined && hasChanges(plan, run.selected)) {
      if (!(await options.approve(plan))) return EXIT.pending;
      allowRestart = true;
    }
    await storeAllocation(run.inventory, plan);
    return applyPlan(run, plan, gathered, allowRestart);
  });
}
