/**
 * Values that remember where they were written. Every inventory format is read into this one shape, so that every check
 * can say file, line and key. Scalars stay text: the schema alone decides what a text means, in whatever format it came.
 */

export type Origin = {
  /** `file:line`, or `file` where lines are unknown. */
  readonly place: string;
  /** Keys from the top of the file, joined by `/`: `hosts/h2/port`. */
  readonly path: string;
};

export type LocatedText = Origin & { readonly kind: 'text'; readonly text: string };
export type LocatedList = Origin & { readonly kind: 'list'; readonly items: readonly Located[] };
export type LocatedEntry = { readonly key: string; readonly origin: Origin; readonly value: Located };
/** Entries in the order of the file; a key written twice is there twice. */
export type LocatedMap = Origin & { readonly kind: 'map'; readonly entries: readonly LocatedEntry[] };
/** A key without a value, or `null`. */
export type LocatedNone = Origin & { readonly kind: 'none' };
/** Encrypted by Ansible Vault: it has a value, and route-mesh cannot read it. */
export type LocatedSealed = Origin & { readonly kind: 'sealed' };

export type Located = LocatedText | LocatedList | LocatedMap | LocatedNone | LocatedSealed;

/** `parent/key`; the top of a file has the empty path. */
export function joinPath(parent: string, key: string): string {
  return parent === '' ? key : `${parent}/${key}`;
}

/** The value of a key; of a key written twice, the last. */
export function valueOf(map: LocatedMap, key: string): Located | undefined {
  return map.entries.findLast((entry) => entry.key === key)?.value;
}

const SHOWN = 60;

/** How a value looks to the operator, as the rest of a sentence: `is "abc"`, `is a list`, `has no value`. */
export function describe(node: Located): string {
  switch (node.kind) {
    case 'text':
      return `is ${JSON.stringify(node.text.length > SHOWN ? `${node.text.slice(0, SHOWN)}…` : node.text)}`;
    case 'list':
      return 'is a list';
    case 'map':
      return 'is a map of keys';
    case 'none':
      return 'has no value';
    case 'sealed':
      return 'is encrypted with Ansible Vault';
  }
}
