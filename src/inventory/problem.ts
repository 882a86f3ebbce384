/** What is wrong in an inventory, collected, so that one run shows all of it. */
import { MeshError } from '../error/mesh-error.ts';
import type { Origin } from './located.ts';

export type Problem = {
  /** `file:line`. */
  readonly place: string;
  /** The key and what was seen, a sentence without its full stop. */
  readonly message: string;
  /** What would be right, a sentence with its full stop. */
  readonly cure: string;
};

/** A problem with the value or the key at `origin`: `seen` continues the sentence that the path begins. */
export function problemAt(origin: Origin, seen: string, cure: string): Problem {
  const message = origin.path === '' ? `The file ${seen}` : `${origin.path} ${seen}`;
  return { place: origin.place, message, cure };
}

/** One MeshError for all problems (at least one) of an inventory, each told once; its place is the first one's. */
export function inventoryError(
  problems: readonly Problem[],
  code: 'inventory-invalid' | 'inventory-syntax' = 'inventory-invalid',
): MeshError {
  const lines = new Map(problems.map((problem) => [lineOf(problem), problem]));
  const [first] = lines.values();
  if (!first || lines.size === 1) return new MeshError({ code, ...(first ?? { message: 'no problem given' }) });
  const list = [...lines.keys()].map((line) => `\n  ${line}`).join('');
  const message = `The inventory has ${lines.size} problems:${list}`;
  return new MeshError({ code, message, cure: 'Correct these lines and run again.', place: first.place });
}

function lineOf(problem: Problem): string {
  return `${problem.place}: ${problem.message}. ${problem.cure}`;
}
