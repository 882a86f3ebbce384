/** Words of a line as a POSIX shell, and Python's shlex, would cut them. */

export type Words =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'open-quote'; readonly quote: string };

/** A word's part, quoted or not. Within double quotes a backslash is one unless it stands before `"` or `\`. */
const PART = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\#]+)|(\s+)|(#)|(['"\\])/y;

/**
 * Splits at white space outside quotes. A `#` outside quotes ends the line where `comments` says so (shlex takes it
 * for one even inside a word). Gives `open-quote` when a quote or the line's last backslash is left alone.
 */
export function splitWords(line: string, { comments }: { readonly comments: boolean }): Words {
  const words: string[] = [];
  let word: string | undefined;
  PART.lastIndex = 0;
  for (let part = PART.exec(line); part !== null; part = PART.exec(line)) {
    const [, single, double, escaped, plain, space, hash, open] = part;
    if (open !== undefined) return { kind: 'open-quote', quote: open };
    if (hash !== undefined && comments) break;
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const text = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? hash ?? '';
    word = (word ?? '') + text;
  }
  return { kind: 'words', words: word === undefined ? words : [...words, word] };
}
