import { factsLines } from '../../faces/facts.ts';
import { writeDocument } from '../../faces/json.ts';
import { errorLines } from '../../faces/text.ts';
import { factsDocument } from '../../facts/facts-document.ts';
import { exitCodeOf, gravest } from '../../operations/exit-code.ts';
import { withGathered } from '../../operations/gather.ts';
import { hasSwitch } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';

/** `facts`: what was read off the hosts. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const gathered = await withGathered(run, async (all) =>
    all.filter(({ host }) => run.selected.has(host.name)),
  );
  const failures = gathered.flatMap((one) => (one.kind === 'failed' ? [one.error] : []));
  const facts = gathered.flatMap((one) =>
    one.kind === 'reached' ? [[one.host.name, one.facts] as const] : [],
  );
  if (hasSwitch(options, 'json')) {
    const hosts = new Map(facts.map(([host, its]) => [host, factsDocument(its)]));
    writeDocument(terminal.out, 'facts', { hosts, failures });
  } else {
    for (const [host, its] of facts) terminal.out(`${factsLines(host, its).join('\n')}\n`);
    for (const failure of failures) terminal.err(`${errorLines(failure, terminal.errStyle).join('\n')}\n`);
  }
  return gravest(failures.map((failure) => exitCodeOf(failure.code)));
};
