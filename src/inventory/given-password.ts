/** A password that an inventory holds in plain text, on its way to sudo. */
import type { SudoPassword } from './connection.ts';

/** Nothing that prints values shows it: JSON gives "(hidden)", and a private field is no property. */
export class GivenPassword {
  readonly #password: string;

  constructor(password: string) {
    this.#password = password;
  }

  toJSON(): string {
    return '(hidden)';
  }

  toString(): string {
    return '(hidden)';
  }

  /** As the transport takes it. */
  source(): SudoPassword {
    return { kind: 'given', reveal: () => this.#password };
  }
}
