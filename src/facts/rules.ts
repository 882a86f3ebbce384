/** Policy routing rules, by `ip -4 rule show`. */
import { type Fact, unreadable } from './fact.ts';

const SECTION = 'rules';

const command = `
ip -4 rule show
`;

/** The three that every kernel has from the start; ip-rule(8). */
const USUAL = /^(?:0: from all lookup local|32766: from all lookup main|32767: from all lookup default)$/;

function parseRule(line: string): string {
  const rule = line.replace(/\s+/g, ' ').trim();
  if (!/^\d+: /.test(rule)) throw unreadable(SECTION, line, 'a rule of `ip rule`');
  return rule;
}

function parse(lines: readonly string[]): readonly string[] {
  return lines.map(parseRule).filter((rule) => !USUAL.test(rule));
}

export const rulesFact: Fact<readonly string[]> = { section: SECTION, command, parse };
