/** Several errors that end one step together. */
import { MeshError } from './mesh-error.ts';

/** One error that tells all: the first one's code and place, every message and cure. `errors` has at least one. */
export function combineErrors(errors: readonly [MeshError, ...MeshError[]]): MeshError {
  const [first, ...rest] = errors;
  if (rest.length === 0) return first;
  const tell = (error: MeshError): string =>
    [error.host === undefined ? error.message : `${error.host}: ${error.message}`, error.cure]
      .filter((part) => part !== undefined)
      .join('\n  ');
  return new MeshError({
    code: first.code,
    message: `${errors.length} problems\n${errors.map(tell).join('\n')}`,
    ...(first.step === undefined ? {} : { step: first.step }),
    ...(first.place === undefined ? {} : { place: first.place }),
    cause: errors,
  });
}
