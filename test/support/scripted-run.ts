/** A run whose hosts answer from a script of the test: for what operations make of answers, not for how they are got. */
import type { MeshEvent } from '../../src/events/event.ts';
import { gatherScript } from '../../src/facts/gather-script.ts';
import type { Run } from '../../src/operations/run.ts';
import type { ScriptResult, Session } from '../../src/transport/session.ts';
import { buildInventory, PROGRAMS, sha256 } from './mesh-builder.ts';

/** What a host answers to a script; a thrown error is a connection that fails there. */
export type Answer = (script: string) => Partial<ScriptResult>;

export type ScriptedHost = {
  /** Output of the gather script, or the error that connecting ends with. */
  readonly facts: string | Error;
  /** To every other script; nothing and status 0 where left out. */
  readonly answer?: Answer;
};

export type ScriptedRun = {
  readonly run: Run;
  readonly events: readonly MeshEvent[];
  /** Scripts that hosts were sent after the facts. */
  readonly scripts: readonly string[];
  /** Hosts whose sessions are open. */
  readonly open: ReadonlySet<string>;
};

/** Standard output arrives in lines, as from a session. */
function deliver(result: ScriptResult, onLine: ((line: string) => void) | undefined): ScriptResult {
  if (onLine !== undefined) for (const line of result.stdout.split('\n').slice(0, -1)) onLine(line);
  return result;
}

export function scriptedRun(
  hosts: Readonly<Record<string, ScriptedHost>>,
  overrides: Partial<Run> = {},
): ScriptedRun {
  const events: MeshEvent[] = [];
  const scripts: string[] = [];
  const open = new Set<string>();
  const session = (host: string, { facts, answer }: ScriptedHost): Session => ({
    host,
    run: async (script, { onLine }) => {
      const gathers = script === gatherScript;
      if (!gathers) scripts.push(script);
      const said = gathers ? { stdout: String(facts) } : (answer?.(script) ?? {});
      return deliver({ code: 0, stdout: '', stderr: '', ...said }, onLine);
    },
    close: async () => {
      open.delete(host);
    },
  });
  const names = Object.keys(hosts);
  const run: Run = {
    inventory: buildInventory(names),
    selected: new Set(names),
    transport: {
      open: async (name) => {
        const host = hosts[name];
        if (host === undefined) throw new Error(`no host ${name}`);
        if (host.facts instanceof Error) throw host.facts;
        open.add(name);
        return session(name, host);
      },
    },
    emit: (event) => events.push(event),
    clock: () => 0,
    nonce: () => '0123456789ab',
    operator: 'alice@laptop pid 7',
    programs: PROGRAMS,
    sha256,
    ...overrides,
  };
  return { run, events, scripts, open };
}
