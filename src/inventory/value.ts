/** Readers of single values: each says what it takes, and gives undefined for anything else. */
import { formatPrefix, hasHostBits, parseAddress, parsePrefix } from '../net/prefix.ts';

export type ValueKind<Value> = {
  /** What would be right, for messages and documentation. */
  readonly expects: string;
  readonly read: (value: unknown) => Value | undefined;
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

/** A prefix length, `24` or `/24`. */
export function prefixLength(low: number, high: number): ValueKind<number> {
  return {
    expects: `a prefix length from /${low} to /${high}`,
    read: (value) => {
      const text = typeof value === 'string' ? value.replace(/^\//, '') : value;
      return integer(low, high).read(text);
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

export const address: ValueKind<string> = {
  expects: 'an IPv4 address such as 192.0.2.1',
  read: (value) =>
    typeof value === 'string' && parseAddress(value.trim()) !== undefined ? value.trim() : undefined,
};

/** A prefix without host bits; the right one is named in the message by {@link prefixAdvice}. */
export const prefix: ValueKind<string> = {
  expects: 'an IPv4 prefix such as 10.208.0.0/16',
  read: (value) => {
    if (typeof value !== 'string' || !value.includes('/') || hasHostBits(value.trim())) return undefined;
    const found = parsePrefix(value.trim());
    return found === undefined ? undefined : formatPrefix(found);
  },
};

/** What the value would have to be, where it is a prefix with host bits. */
export function prefixAdvice(value: unknown): string | undefined {
  if (typeof value !== 'string' || !hasHostBits(value.trim())) return undefined;
  const found = parsePrefix(value.trim());
  return found === undefined ? undefined : `write the network, ${formatPrefix(found)}`;
}

/** One of these words. */
export function oneOf<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return { expects: `one of ${words.join(', ')}`, read: (value) => words.find((word) => word === value) };
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
