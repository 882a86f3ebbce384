/**
 * The skeleton of an ssh_config file: which names its sections ask about. Hosts that the same sections apply to
 * share one run of `ssh -G`, which costs 8 ms each. Pure.
 */
import { matchesPatternList } from './host-pattern.ts';

export type Sections = {
  /** Patterns of each `Host` line, in file order. */
  readonly hosts: readonly (readonly string[])[];
  /** Arguments of all `Include` lines, unexpanded. */
  readonly includes: readonly string[];
  /** A `Match` other than `Match all` asks about more than names: nothing may be shared. */
  readonly conditional: boolean;
};

/** Reads the `Host`, `Match` and `Include` lines of a file's text, ssh_config(5). */
export function parseSections(text: string): Sections {
  const lines = text.split('\n').map(parseLine);
  const of = (keyword: string): readonly (readonly string[])[] =>
    lines.filter((line) => line.keyword === keyword).map((line) => line.words);
  return {
    hosts: of('host'),
    includes: of('include').flat(),
    conditional: of('match').some((words) => words.join(' ').toLowerCase() !== 'all'),
  };
}

function parseLine(line: string): { readonly keyword: string; readonly words: readonly string[] } {
  const [, keyword = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
  const words = rest.match(/"[^"]*"|\S+/g) ?? [];
  return { keyword: keyword.toLowerCase(), words: words.map((word) => word.replace(/^"(.*)"$/, '$1')) };
}

/** Which of the `Host` lines apply to the name: one character a line. */
export function sectionSignature(hosts: Sections['hosts'], name: string): string {
  return hosts.map((patterns) => (matchesPatternList(patterns, name) ? '+' : '-')).join('');
}

/**
 * May the output of `ssh -G name` serve other names of the same signature? Not when a value was made from the name
 * (`HostName %h.example.net`), nor with canonical names, which are looked up one by one.
 */
export function isShareable(output: string, name: string): boolean {
  const lines = output.toLowerCase().split('\n');
  const own = name.toLowerCase();
  const plain = new Set([`host ${own}`, `hostname ${own}`]);
  const made = lines.some((line) => line.includes(own) && !plain.has(line));
  return !made && lines.includes(`hostname ${own}`) && lines.includes('canonicalizehostname false');
}
