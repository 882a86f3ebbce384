/** Flags of dockerd: of a command line, and where on the host each one is written down. */
import type { DockerFlagFact } from './model.ts';

type Flag = Omit<DockerFlagFact, 'place'>;

/** cmd/dockerd of moby: the flags that have a letter. */
const LETTERS: Readonly<Record<string, string>> = {
  b: 'bridge',
  D: 'debug',
  g: 'data-root',
  G: 'group',
  H: 'host',
  l: 'log-level',
  p: 'pidfile',
  s: 'storage-driver',
};

function parseFlagWord(
  word: string,
): { readonly name: string; readonly value: string | undefined } | undefined {
  const [, long, longValue] = /^--([A-Za-z0-9-]+)(?:=(.*))?$/.exec(word) ?? [];
  if (long !== undefined) return { name: long, value: longValue };
  const [, letter, letterValue] = /^-([A-Za-z])(?:=?(.+))?$/.exec(word) ?? [];
  return letter === undefined ? undefined : { name: LETTERS[letter] ?? letter, value: letterValue };
}

/** Flags of a command line. dockerd takes no arguments, so a word that follows a flag is its value; without: `true`. */
export function parseFlags(words: readonly string[]): readonly Flag[] {
  return words.flatMap((word, at): readonly Flag[] => {
    const flag = parseFlagWord(word);
    if (flag === undefined) return [];
    const next = words[at + 1];
    const following = next === undefined || next.startsWith('-') ? 'true' : next;
    return [{ name: flag.name, value: flag.value ?? following }];
  });
}

/** Words of a line, with quotes taken off as a shell or systemd would. */
export function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}

/** `NAME=words` of a file that a unit or an init script reads: /etc/default/docker and the like. */
export type OptionFile = { readonly path: string; readonly name: string; readonly words: readonly string[] };

/** A line of `systemctl cat`: the path of the file whose lines follow, or ExecStart's value. */
export type UnitLine =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'start'; readonly command: string };

function placed(words: readonly string[], place: string): readonly DockerFlagFact[] {
  return parseFlags(words).map((flag) => ({ ...flag, place }));
}

function expandCommand(
  command: string,
  place: string,
  options: readonly OptionFile[],
): readonly DockerFlagFact[] {
  const words = splitWords(command);
  const variables = words.flatMap((word) => /^\$\{?(\w+)\}?$/.exec(word)?.[1] ?? []);
  const named = options.filter((option) => variables.includes(option.name));
  return [
    ...placed(
      words.filter((word) => !word.startsWith('$')),
      place,
    ),
    ...named.flatMap((option) => placed(option.words, option.path)),
  ];
}

/**
 * The flags that dockerd would be started with. With a unit they are its last ExecStart's and those of the variables
 * that it names (an empty ExecStart= takes back the ones before, systemd.service(5)); without one all option files'.
 */
export function configuredFlags(
  unit: readonly UnitLine[],
  options: readonly OptionFile[],
): readonly DockerFlagFact[] {
  if (unit.length === 0) return options.flatMap((option) => placed(option.words, option.path));
  let place = 'docker.service';
  let flags: readonly DockerFlagFact[] = [];
  for (const line of unit) {
    if (line.kind === 'file') place = line.path;
    else flags = line.command.trim() === '' ? [] : expandCommand(line.command, place, options);
  }
  return flags;
}

/** The running dockerd's own flags, each with the place where it is written, or the process where none is found. */
export function runningFlags(
  words: readonly string[],
  process: string,
  configured: readonly DockerFlagFact[],
): readonly DockerFlagFact[] {
  return parseFlags(words).map((flag) => {
    const source = configured.find((one) => one.name === flag.name);
    return { ...flag, place: source?.place ?? process };
  });
}
