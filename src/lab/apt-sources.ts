/**
 * apt sources of another Debian suite, derived from those that this computer already uses: same servers, same keys, only the
 * suite differs. Formats: sources.list(5), one-line and deb822.
 */

export type AptSource = {
  readonly uri: string;
  /** `bookworm`, `stable`, `trixie-security`, … */
  readonly suite: string;
  readonly components: readonly string[];
  /** Key file or the key's text, as in Signed-By. */
  readonly signedBy: string | undefined;
};

/** Binary-package sources of a `.sources` file; disabled stanzas and `deb-src` are left out. */
export function parseDeb822(text: string): readonly AptSource[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = parseStanza(stanza);
    const words = (key: string) => (fields.get(key) ?? '').split(/\s+/).filter(Boolean);
    if (!words('types').includes('deb') || /^(no|false|0)$/.test(fields.get('enabled') ?? '')) return [];
    const rest = { components: words('components'), signedBy: fields.get('signed-by') };
    return words('uris').flatMap((uri) => words('suites').map((suite) => ({ uri, suite, ...rest })));
  });
}

function parseStanza(stanza: string): ReadonlyMap<string, string> {
  const unfolded = stanza.replaceAll(/\n[ \t]+/g, '\n\t').replaceAll('\n\t', '\u0000');
  const pairs = unfolded.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
    const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    return match
      ? [[(match[1] ?? '').toLowerCase(), (match[2] ?? '').replaceAll('\u0000', '\n ').trim()]]
      : [];
  });
  return new Map(pairs);
}

/** Binary-package sources of a `sources.list`. */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line): readonly AptSource[] => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^#\s]+)*)/.exec(line);
    if (!match) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [{ uri, suite, components: components.split(/\s+/).filter(Boolean), signedBy }];
  });
}

/**
 * The source for another suite: the first that serves a Debian release itself. Servers of security updates, backports and
 * third parties do not carry other suites. Undefined when there is none.
 */
export function deriveSource(sources: readonly AptSource[], suite: string): AptSource | undefined {
  const base = sources.find((source) => source.components.includes('main') && isRelease(source.suite));
  return base && { ...base, suite, components: ['main'] };
}

function isRelease(suite: string): boolean {
  return /^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)$/.test(suite);
}

/** One deb822 stanza. */
export function renderSource(source: AptSource): string {
  const signedBy = source.signedBy === undefined ? [] : [`Signed-By: ${source.signedBy}`];
  const components = source.components.join(' ');
  return `${['Types: deb', `URIs: ${source.uri}`, `Suites: ${source.suite}`, `Components: ${components}`, ...signedBy].join('\n')}\n`;
}
