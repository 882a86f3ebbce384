/** Kinds of values: each says what it takes, and gives undefined for anything else. */

export type ValueKind<Value> = {
  /** What would be right, for messages and documentation. */
  readonly expects: string;
  readonly read: (value: unknown) => Value | undefined;
  /** What exactly this value would have to be, where that can be told. */
  readonly advise?: (value: unknown) => string | undefined;
  /** The value may be or hold a password, and no message shows it. */
  readonly secret?: true;
};

function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** A whole number, also written as text (Ansible's INI knows nothing else). */
export function integer(low: number, high: number): ValueKind<number> {
  return {
    expects: `a whole number from ${low} to ${high}`,
    read: (value) => {
      const number = whole(value);
      return number !== undefined && number >= low && number <= high ? number : undefined;
    },
  };
}

export const text: ValueKind<string> = {
  expects: 'a text that is not empty',
  read: (value) => {
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value.trim() !== '' && !/[\n\0]/.test(value)
      ? value.trim()
      : undefined;
  },
};

/** A file's path; `~` is the operator's home. */
export const path: ValueKind<string> = { ...text, expects: 'a path' };

/** A text of this form. */
export function matching(pattern: RegExp, expects: string): ValueKind<string> {
  return {
    expects,
    read: (value) => {
      const found = text.read(value);
      return found !== undefined && pattern.test(found) ? found : undefined;
    },
  };
}

export const meshName = matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/, 'letters, digits and -, at most 63');

/** Goes into files and paths on hosts. */
export const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/;

export const boolean: ValueKind<boolean> = {
  expects: 'true or false',
  read: (value) => {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return undefined;
    // YAML 1.1's words, which Ansible's users write.
    if (/^(true|yes|on|1)$/i.test(value)) return true;
    return /^(false|no|off|0)$/i.test(value) ? false : undefined;
  },
};

/** One of these words. */
export function oneOf<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  const expects = words.length === 1 ? words.join() : `one of ${words.join(', ')}`;
  return { expects, read: (value) => words.find((word) => word === value) };
}

/** A list; a single value is a list of one, a text is split at commas. */
export function listOf<Item>(item: ValueKind<Item>, expects: string): ValueKind<readonly Item[]> {
  return {
    expects,
    read: (value) => {
      const parts: readonly unknown[] = Array.isArray(value)
        ? value
        : typeof value === 'string'
          ? value.split(',').map((part) => part.trim())
          : [value];
      const items = parts.map((part) => item.read(part));
      const good = items.flatMap((one) => (one === undefined ? [] : [one]));
      return good.length === items.length ? good : undefined;
    },
    advise: (value) => {
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
      return parts.map((part) => item.advise?.(part)).find((advice) => advice !== undefined);
    },
  };
}

/** One of two kinds; the first that fits. */
export function either<A, B>(a: ValueKind<A>, b: ValueKind<B>): ValueKind<A | B> {
  return {
    expects: `${a.expects}, or ${b.expects}`,
    read: (value) => {
      const first = a.read(value);
      return first === undefined ? b.read(value) : first;
    },
  };
}
