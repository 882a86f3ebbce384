/** Commands that the host programs cannot do without. */
import { MeshError } from '../error/mesh-error.ts';
import type { Facts } from '../facts/model.ts';

/** Tool -> why it is needed, and the package that has it. */
const NEEDED: Readonly<Record<string, { readonly why: string; readonly package: string }>> = {
  // busybox's ip knows no route protocols: it would flush every route where ours are meant.
  iproute2: { why: 'routes are told apart by their protocol', package: 'iproute2' },
  awk: { why: 'routes are compared with it', package: 'gawk' },
  cmp: { why: 'files are compared with it', package: 'diffutils' },
  sha256sum: { why: 'files are told apart by their sums', package: 'coreutils' },
  flock: { why: 'two operators are kept apart with it', package: 'util-linux' },
  setsid: { why: 'processes outlive the connection with it', package: 'util-linux' },
};

/** One error for each tool that is missing. */
export function toolProblems(host: string, facts: Facts): readonly MeshError[] {
  const rules = facts.tools['nft'] || facts.tools['iptables'];
  const missing = Object.entries(NEEDED).filter(([name]) => facts.tools[name] !== true);
  return [
    ...missing.map(([name, { why, package: from }]) => missingTool(host, name, why, from)),
    ...(rules ? [] : [missingTool(host, 'iptables', 'rules are loaded with it', 'iptables')]),
  ];
}

function missingTool(host: string, name: string, why: string, from: string): MeshError {
  return new MeshError({
    code: 'missing-tool',
    host,
    step: 'plan',
    message: `the host has no ${name}, and ${why}`,
    cure: `Install the package ${from} there, then run again`,
  });
}
