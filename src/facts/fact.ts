/** What every fact is: the sh text that prints it on the host, and the pure parser of what was printed. */
import { MeshError } from '../error/mesh-error.ts';

export type Fact<Value> = {
  /** Name of the section in the script's output, lower case with `_`; also the name of an sh function. */
  readonly section: string;
  /**
   * Body of an sh function in the gather script: POSIX sh, may use `have` and `encode` of the script, prints to
   * standard output. It changes nothing on the host, and a command that is missing must not end it.
   */
  readonly command: string;
  /**
   * Reads the lines of the section, empty ones left out.
   * Throws MeshError `facts-unreadable` when they are not what the command prints.
   */
  readonly parse: (lines: readonly string[]) => Value;
};

const SHOWN = 120;

/** The error for a line that no rule of the section's parser reads; `wanted` says what it should have been. */
export function unreadable(section: string, line: string, wanted: string): MeshError {
  const shown = line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
  return new MeshError({
    code: 'facts-unreadable',
    place: `section ${section}`,
    message: `the host's answer in section ${section} was not understood: ${JSON.stringify(shown)} is not ${wanted}`,
    cure: 'Report it as a bug with this line and the names and versions of the host’s system and of that command',
  });
}

/** `word rest of the line`; many commands print such lines. `rest` is empty for a line of one word. */
export type Entry = { readonly word: string; readonly rest: string };

/** Splits each line at its first space. */
export function parseEntries(lines: readonly string[]): readonly Entry[] {
  return lines.map((line) => {
    const space = line.indexOf(' ');
    return space < 0 ? { word: line, rest: '' } : { word: line.slice(0, space), rest: line.slice(space + 1) };
  });
}

/** What follows each line that begins with the word. */
export function restsOf(entries: readonly Entry[], word: string): readonly string[] {
  return entries.filter((entry) => entry.word === word).map((entry) => entry.rest);
}

/** What follows the first line that begins with the word; undefined: there is no such line. */
export function restOf(entries: readonly Entry[], word: string): string | undefined {
  return entries.find((entry) => entry.word === word)?.rest;
}
