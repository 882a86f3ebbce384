/** The operator's terminal: where text goes, and questions. The one place that knows process.stdin and stdout. */
import { createInterface } from 'node:readline/promises';
import { MeshError } from '../error/mesh-error.ts';
import { createStyle, type Style } from '../faces/style.ts';

export type Terminal = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outStyle: Style;
  readonly errStyle: Style;
  /** Both ends are a terminal, so that questions make sense. */
  readonly interactive: boolean;
  /** Asks and waits for a line; `yes` and `y` mean yes. */
  readonly askYesNo: (question: string) => Promise<boolean>;
  /** Asks without echo. */
  readonly askSecret: (prompt: string) => Promise<string>;
};

function wantsColor(stream: NodeJS.WriteStream, noColor: boolean): boolean {
  // https://no-color.org: present and not empty means no colour.
  return stream.isTTY && !noColor && !process.env['NO_COLOR'];
}

async function askYesNo(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // The end of input (Ctrl-D) closes `lines` and leaves a question unanswered for ever.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function interrupted(): MeshError {
  return new MeshError({
    code: 'usage',
    message: 'the question was broken off',
    cure: 'Run again and answer it',
  });
}

async function askSecret(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const input = process.stdin;
  input.setRawMode(true);
  input.resume();
  try {
    return await new Promise((resolve, reject) => {
      let secret = '';
      const read = (chunk: Buffer): void => {
        for (const character of chunk.toString('utf8')) {
          if (character === '\r' || character === '\n') finish(() => resolve(secret));
          else if (character === '\u0003') finish(() => reject(interrupted()));
          else secret = character === '\u007f' ? secret.slice(0, -1) : secret + character;
        }
      };
      const finish = (settle: () => void): void => {
        input.off('data', read);
        settle();
      };
      input.on('data', read);
    });
  } finally {
    input.setRawMode(false);
    input.pause();
    process.stderr.write('\n');
  }
}

/** The terminal of this process. `noColor`: the option of that name was given. */
export function openTerminal(noColor: boolean): Terminal {
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    outStyle: createStyle(wantsColor(process.stdout, noColor)),
    errStyle: createStyle(wantsColor(process.stderr, noColor)),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    askYesNo,
    askSecret,
  };
}
