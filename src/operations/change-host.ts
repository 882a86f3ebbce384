/** One change on one host: sends the script, follows its steps, and reads what came of it. */
import { type ErrorCode, MeshError } from '../error/mesh-error.ts';
import {
  CHANGE_STATUS,
  type ChangeRequest,
  renderChangeScript,
  STAGING_FAILED,
} from '../render/change-script.ts';
import type { ScriptResult, Session } from '../transport/session.ts';
import type { Run } from './run.ts';

export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly revision: number }
  /** `reverted`: the host was changed and is back as it was; false with nothing touched, or with an error 11. */
  | { readonly kind: 'failed'; readonly error: MeshError; readonly reverted: boolean };

/** Seconds; two docker restarts with a container that ignores SIGTERM fit in. */
const CHANGE_TIMEOUT = 300;

type Heard = { readonly errors: string[]; revision: number; step: string };

function hear(line: string, host: string, run: Run, heard: Heard): void {
  const step = /^@step (\S+) (begin|done|failed)$/.exec(line);
  if (step) {
    const [, name = '', state] = step;
    if (name !== 'revert') heard.step = name;
    run.emit({
      kind: 'step',
      host,
      step: name,
      state: state === 'begin' ? 'begin' : state === 'done' ? 'done' : 'failed',
    });
  } else if (line.startsWith('@warn ')) {
    run.emit({ kind: 'warning', host, message: line.slice('@warn '.length) });
  } else if (line.startsWith('@error ')) heard.errors.push(line.slice('@error '.length));
  else if (line.startsWith('@revision ')) heard.revision = Number(line.slice('@revision '.length));
}

function failure(host: string, result: ScriptResult, heard: Heard): MeshError {
  const said = heard.errors.join('; ') || result.stderr.trim().split('\n').at(-1) || 'no reason given';
  const make = (code: ErrorCode, message: string, cure: string, step = heard.step): MeshError =>
    new MeshError({ code, host, step, message, cure });
  switch (result.code) {
    case CHANGE_STATUS.locked:
      return make(
        'lock-held',
        `another operator works on this host: ${said}`,
        'Wait for them, then run again',
        'lock',
      );
    case CHANGE_STATUS.stale:
      return make(
        'plan-stale',
        `the host was changed meanwhile: ${said}`,
        'Run again: the plan is made anew',
        'lock',
      );
    case STAGING_FAILED:
      return make(
        'disk-full',
        `${said}; nothing was changed`,
        'Free space on the host, then run again',
        'stage',
      );
    case CHANGE_STATUS.reverted: {
      const docker = heard.step.includes('docker') || heard.step === 'daemon_json';
      const cure = 'The host is back as it was before; mend the cause and run again';
      return make(docker ? 'docker-start-failed' : 'apply-failed', said, cure);
    }
    default:
      return make('apply-failed', said, 'Look at the host: it could not be put back by itself');
  }
}

/** Carries out a change and waits for its end. Rejects only when the connection is lost or the time is up. */
export async function changeHost(session: Session, request: ChangeRequest, run: Run): Promise<ChangeOutcome> {
  const heard: Heard = { errors: [], revision: 0, step: 'stage' };
  const result = await session.run(renderChangeScript(request), {
    timeout: CHANGE_TIMEOUT,
    step: request.verb,
    onLine: (line) => hear(line, session.host, run, heard),
  });
  if (result.code === CHANGE_STATUS.done) return { kind: 'changed', revision: heard.revision };
  const reverted = result.code === CHANGE_STATUS.reverted;
  return { kind: 'failed', error: failure(session.host, result, heard), reverted };
}
