/** OpenSSH's host patterns, as ssh_config(5) PATTERNS describes them: `*`, `?` and `!` for negation. */

/** Does one pattern (without `!`) match the whole text? Letters are compared without case, as host names are. */
export function matchesPattern(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const source = escaped.replace(/\*+/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'is').test(text);
}

/** Does a list of patterns match? One negated pattern that matches turns the whole list down. */
export function matchesPatternList(patterns: readonly string[], text: string): boolean {
  const refused = patterns.some(
    (pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), text),
  );
  return !refused && patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, text));
}
