/**
 * How the gather script's output is divided. `@@section NAME` opens a section, `@@done NAME` ends it, `@@end` ends all.
 * Lines of a section begin with `|`, so that nothing a host prints can pass for a frame; other lines are not ours
 * (a login banner, a shell's complaint) and are passed over.
 */
import { MeshError } from '../error/mesh-error.ts';

function cutOff(message: string): MeshError {
  return new MeshError({
    code: 'facts-unreadable',
    message,
    cure: 'Check that /run or /tmp of the host has room and that sh runs there for the login user, then run again',
  });
}

function parseFrame(line: string): { readonly word: string; readonly name: string } | undefined {
  const match = /^@@(section|done) ([a-z_0-9]+)$/.exec(line);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { word: match[1], name: match[2] };
}

/**
 * Section name -> its lines without the mark, empty lines left out. Throws MeshError `facts-unreadable` when the
 * output does not end as it should, or a section does not.
 */
export function parseSections(stdout: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, readonly string[]>();
  let open: { readonly name: string; readonly lines: string[] } | undefined;
  for (const line of stdout.split(/\r?\n/)) {
    if (line === '@@end') return sections;
    const frame = parseFrame(line);
    if (frame?.word === 'section') open = { name: frame.name, lines: [] };
    else if (frame?.word === 'done' && frame.name === open?.name) sections.set(open.name, open.lines);
    else if (line.startsWith('|') && line.length > 1) open?.lines.push(line.slice(1));
  }
  const last = [...sections.keys()].at(-1);
  throw cutOff(
    `the host's answer was cut off ${last === undefined ? 'before it began' : `after section ${last}`}`,
  );
}

/** The lines of one section. Throws MeshError `facts-unreadable` when the host did not send it whole. */
export function linesOf(sections: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  const lines = sections.get(name);
  if (lines === undefined) throw cutOff(`the host's answer has no whole section ${name}`);
  return lines;
}
