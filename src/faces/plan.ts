/** A plan on the terminal: the lines of explainPlan with the signs coloured. */
import { explainPlan } from '../plan/explain.ts';
import type { Plan } from '../plan/model.ts';
import type { Style } from './style.ts';

function paint(line: string, style: Style): string {
  switch (line.slice(0, 4)) {
    case '  + ':
      return style.good(line);
    case '  - ':
    case '  x ':
      return style.bad(line);
    case '  ~ ':
    case '  ! ':
    case '  ? ':
      return style.caution(line);
    default:
      return line;
  }
}

/** The plan of the selected hosts. */
export function planLines(plan: Plan, selected: ReadonlySet<string>, style: Style): readonly string[] {
  const shown = { ...plan, hosts: plan.hosts.filter(({ host }) => selected.has(host)) };
  return explainPlan(shown).map((line) => paint(line, style));
}
