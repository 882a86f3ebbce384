/**
 * How scripts travel through one `sh -s` that is kept open, and how their results are told apart. Pure.
 *
 * After each script the shell prints a marker line, made from a nonce that the script cannot know, on standard output
 * and on standard error: what came before it is the script's, to the byte.
 */

/** Runs before any script, whatever profile the login shell read. sbin: some systems leave it out for non-root logins. */
const PREAMBLE =
  'cd /; umask 022; unset ENV CDPATH; export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"';

/** The command that the login shell, be it fish or csh, has to parse: nothing in it means different things to them. */
export const SHELL_COMMAND = 'exec sh -s';

/** Written to a fresh shell: it says with the first marker that it is there, its status being the user id. */
export function renderGreeting(marker: string): string {
  return `${PREAMBLE}\n${announce(marker, '"$(id -u)"')}\n`;
}

/**
 * Written to a fresh shell of an unprivileged user: replaces it by one of root, which then greets as above.
 * A shell that is root already needs no sudo. `password` makes sudo ask with a prompt of our own, on standard error,
 * and read the answer from standard input; it asks only when it needs to.
 */
export function renderSudoGreeting(marker: string, password: boolean): string {
  const sudo = password ? `sudo -S -p '${sudoPrompt(marker)}' --` : 'sudo -n --';
  const root = `sh -c '${PREAMBLE}; ${announce(marker, '"$(id -u)"')}; exec sh -s'`;
  // On one line: a shell that reads by blocks has it whole before it is replaced, and nothing follows it.
  const otherwise = `if command -v sudo >/dev/null 2>&1; then exec ${sudo} ${root}; fi`;
  return `export LC_ALL=C; if [ "$(id -u)" = 0 ]; then exec ${root}; fi; ${otherwise}; ${announce(marker, 'no-sudo')}\n`;
}

/** What sudo prints when it asks. */
export function sudoPrompt(marker: string): string {
  return `[${marker}]`;
}

/**
 * One step. The script is the body of a function, so that the shell has parsed all of it before the first command
 * runs: a script that arrives cut off does not start. It runs in a subshell without standard input: it can neither
 * eat the next step nor change the shell.
 */
export function renderStep(script: string, marker: string): string {
  return `m() {\n:\n${script}\n}\n(m) </dev/null; s=$?; ${announce(marker, '"$s"')}\n`;
}

function announce(marker: string, status: string): string {
  const say = `printf "\\n%s %s\\n" ${marker} ${status}`;
  return `${say}; ${say} >&2`;
}

export type Framed = {
  /** What came before the marker. */
  readonly content: Buffer;
  /** The word after the marker. */
  readonly status: string;
};

/** Looks for the marker line in one stream. */
export class MarkerScanner {
  readonly #start: Buffer;
  readonly #chunks: Buffer[] = [];
  /** End of what was received: the marker may lie across chunks. */
  #tail = Buffer.alloc(0);

  constructor(marker: string) {
    this.#start = Buffer.from(`\n${marker} `);
  }

  /** Takes what arrived; gives the content when the marker line is complete. Not to be called after that. */
  push(chunk: Buffer): Framed | undefined {
    this.#chunks.push(chunk);
    this.#tail = Buffer.concat([this.#tail, chunk]);
    const at = this.#tail.indexOf(this.#start);
    if (at < 0) {
      this.#tail = this.#tail.subarray(Math.max(0, this.#tail.length - this.#start.length + 1));
      return undefined;
    }
    const end = this.#tail.indexOf('\n', at + this.#start.length);
    if (end < 0) return undefined;
    const status = this.#tail.toString('latin1', at + this.#start.length, end);
    const all = Buffer.concat(this.#chunks);
    return { content: all.subarray(0, all.length - this.#tail.length + at), status };
  }

  /** The last bytes received, for errors. */
  lastText(bytes: number): string {
    return Buffer.concat(this.#chunks).toString('utf8').slice(-bytes);
  }
}

/** Cuts a stream of bytes into lines as they complete, up to the marker line. */
export class LineFeed {
  readonly #markerLine: string;
  readonly #onLine: (line: string) => void;
  #partial: Buffer[] = [];
  /** An empty line may be the newline that belongs to the marker: it waits for what follows. */
  #emptyLine = false;
  #done = false;

  constructor(marker: string, onLine: (line: string) => void) {
    this.#markerLine = `${marker} `;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    this.#partial.push(chunk);
    // A line may be megabytes long: it is put together once, when it ends.
    if (!chunk.includes('\n')) return;
    let rest = Buffer.concat(this.#partial);
    for (let end = rest.indexOf('\n'); end >= 0 && !this.#done; end = rest.indexOf('\n')) {
      this.#take(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
    }
    this.#partial = [rest];
  }

  #take(line: string): void {
    if (line.startsWith(this.#markerLine)) {
      this.#done = true;
      return;
    }
    if (this.#emptyLine) this.#onLine('');
    this.#emptyLine = line === '';
    if (line !== '') this.#onLine(line);
  }
}
