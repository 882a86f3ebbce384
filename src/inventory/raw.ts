/** An inventory before it is checked: what every format is read into. Values know where they were written. */

import type { Problem } from './problem.ts';

/** A value as the format gave it, with its place (`file:line`) and its path (`hosts/h2/port`). */
export type RawValue = { readonly value: unknown; readonly place: string; readonly path: string };

export type RawValues = ReadonlyMap<string, RawValue>;

export type RawHost = { readonly name: string; readonly place: string; readonly values: RawValues };

/** A group's values count for its hosts; a host's own values count more, a later group's more than an earlier one's. */
export type RawGroup = {
  readonly name: string;
  readonly place: string;
  readonly hosts: readonly { readonly name: string; readonly place: string }[];
  readonly values: RawValues;
};

export type RawInventory = {
  /** Values of the mesh itself: `mesh`, `pool`, … */
  readonly mesh: RawValues;
  /** Values for every host, weaker than any other. */
  readonly defaults: RawValues;
  /** Weakest first. */
  readonly groups: readonly RawGroup[];
  readonly hosts: readonly RawHost[];
  /** What is wrong with the shape; told together with what is wrong with the values. */
  readonly problems?: readonly Problem[];
};
