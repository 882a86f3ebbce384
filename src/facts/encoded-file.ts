/** A file's content, byte by byte, as lines of text: `encode WORD FILE` in the gather script, and its reader. */
import { MeshError } from '../error/mesh-error.ts';
import { type Entry, restsOf } from './fact.ts';

/** base64 is in coreutils and busybox; od is in POSIX. */
export const encodeFunction = `encode() { # WORD FILE
  if have base64; then base64 <"$2" | sed "s/^/$1 base64 /"; else od -A n -v -t x1 "$2" | sed "s/^/$1 hex /"; fi
}`;

function undecodable(section: string, what: string, seen: string, cure: string): MeshError {
  const message = `${what} could not be read in section ${section}: ${seen}`;
  return new MeshError({ code: 'facts-unreadable', place: what, message, cure });
}

function decode(lines: readonly string[]): Uint8Array | undefined {
  const kind = lines[0]?.split(' ')[0] ?? 'base64';
  const body = lines.map((line) => (line.startsWith(`${kind} `) ? line.slice(kind.length) : '?')).join('');
  const text = body.replaceAll(' ', '');
  const pattern =
    kind === 'hex'
      ? /^(?:[0-9a-f]{2})*$/
      : /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?$/;
  return pattern.test(text) ? Buffer.from(text, kind === 'hex' ? 'hex' : 'base64') : undefined;
}

/**
 * Text of the file whose lines begin with the word; the empty text when there are none. `what` names the file.
 * The content stays out of the errors: it may hold secrets.
 * Throws MeshError `facts-unreadable` for lines that `encode` does not print and for a file that is not UTF-8, which
 * could not be written back as it was.
 */
export function decodeFile(section: string, entries: readonly Entry[], word: string, what: string): string {
  const bytes = decode(restsOf(entries, word));
  if (bytes === undefined) {
    throw undecodable(
      section,
      what,
      'its encoding is damaged',
      'Run again; report it as a bug when it stays',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw undecodable(section, what, 'it is not UTF-8', `Save ${what} on the host as UTF-8, then run again`);
  }
}
