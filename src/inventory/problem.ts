/** What is wrong with an inventory. All problems of a file are told at once. */
import { type ErrorCode, MeshError } from '../error/mesh-error.ts';

export type Problem = {
  readonly place: string;
  /** What is wrong, with the key's path. */
  readonly message: string;
  /** What would be right. */
  readonly cure: string;
};

/** A group's value is looked at for each of its hosts, and is wrong once. */
function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map<string, Problem>();
  for (const problem of problems) {
    const text = `${problem.place}: ${problem.message}`;
    if (!byText.has(text)) byText.set(text, problem);
  }
  return [...byText.values()];
}

/** One error for all problems, in the order of the file, equal ones once; `found` has at least one. */
export function inventoryError(code: ErrorCode, found: readonly Problem[]): MeshError {
  const problems = withoutEchoes(found);
  const [first, ...rest] = problems;
  const place = first === undefined ? {} : { place: first.place };
  if (first !== undefined && rest.length === 0) {
    return new MeshError({ code, message: first.message, cure: first.cure, ...place });
  }
  const lines = problems.map((problem) => `\n  ${problem.place}: ${problem.message}; ${problem.cure}`);
  return new MeshError({
    code,
    message: `the inventory has ${problems.length} problems:${lines.join('')}`,
    ...place,
  });
}

/** An inventory without a host. */
export function noHosts(place: string): Problem {
  return { place, message: 'hosts: there is none', cure: 'name at least one host, as in "hosts: [h1, h2]"' };
}

/** Levenshtein distance, for suggestions. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, right] of b.split('').entries()) {
      const change = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The known word that was probably meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, far: distance(word, candidate) }))
    .sort((a, b) => a.far - b.far);
  return best !== undefined && best.far < word.length && best.far <= Math.max(2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}
