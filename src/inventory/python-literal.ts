/**
 * Values of an INI inventory. Ansible gives them to Python's ast.literal_eval, and keeps as text what that refuses.
 * Only what changes the value for us is told apart: quotes, lists and dictionaries. Numbers, True and False may stay
 * text, for every reader of a value takes them as text too.
 */
import { parseDocument } from 'yaml';

const QUOTED = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?$/;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

function unescapeQuoted(text: string): string {
  return text.replace(/\\(.)/g, (whole, escaped: string) => {
    if (/['"\\]/.test(escaped)) return escaped;
    return ESCAPES.get(escaped) ?? whole;
  });
}

/** A list or dictionary of Python is close enough to YAML's flow style; undefined where it is not. */
function parseCollection(text: string): unknown {
  // Python's words are not YAML's.
  const document = parseDocument(text, { logLevel: 'silent', schema: 'yaml-1.1' });
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** The value that `text`, without space around it, stands for. */
export function parsePythonLiteral(text: string): unknown {
  const quoted = QUOTED.exec(text);
  if (quoted !== null) return unescapeQuoted(quoted[1] ?? quoted[2] ?? '');
  if (/^[[{](?!\{)/.test(text)) return parseCollection(text) ?? text;
  // A comment behind a number is Python's; behind a word it belongs to the text.
  return /^(-?\d+)\s*#/.exec(text)?.[1] ?? text;
}
