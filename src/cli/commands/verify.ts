import { writeDocument } from '../../faces/json.ts';
import { verificationLines } from '../../faces/verification.ts';
import { limitHosts } from '../../inventory/limit.ts';
import { EXIT, exitCodeOf, gravest } from '../../operations/exit-code.ts';
import { verify } from '../../operations/verify.ts';
import { isHealthy } from '../../verification/pair.ts';
import { hasSwitch, textOption } from '../arguments.ts';
import type { Command } from '../invocation.ts';
import { openMeshRun } from '../mesh-run.ts';

/** `verify`: packets between containers; 1 when a pair is not as it shall be. */
export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const run = await openMeshRun(invocation, 'reading');
  const ends = (name: 'from' | 'to'): { readonly [key in typeof name]?: ReadonlySet<string> } => {
    const pattern = textOption(options, name);
    return pattern === undefined ? {} : { [name]: new Set(limitHosts(run.inventory, pattern)) };
  };
  const { endpoints, pairs, failures } = await verify(run, { ...ends('from'), ...ends('to') });
  const healthy = (pair: (typeof pairs)[number]): boolean => isHealthy(pair, endpoints);
  if (hasSwitch(options, 'json')) {
    const judged = pairs.map((pair) => ({ ...pair, healthy: healthy(pair) }));
    writeDocument(terminal.out, 'verify', { endpoints, pairs: judged, failures });
  } else {
    const matrix = hasSwitch(options, 'matrix');
    terminal.out(`${verificationLines(pairs, failures, healthy, matrix, terminal.outStyle).join('\n')}\n`);
  }
  const codes = failures.map((failure) => exitCodeOf(failure.code));
  return gravest(pairs.every(healthy) ? codes : [...codes, EXIT.error]);
};
