/** The file of `plan -o`: the plan for people and programs to read, and the fingerprint that `sync FILE` holds it to. */
import { readFile, writeFile } from 'node:fs/promises';
import { MeshError } from '../error/mesh-error.ts';
import { JSON_SCHEMA } from '../events/event.ts';
import type { PlanDocument } from '../plan/plan-document.ts';

function renderPlanFile(plan: PlanDocument, fingerprint: string): string {
  return `${JSON.stringify({ schema: JSON_SCHEMA, document: 'plan', fingerprint, plan }, null, 2)}\n`;
}

/** Writes a plan file. Throws MeshError `usage` when that cannot be. */
export async function writePlanFile(path: string, plan: PlanDocument, fingerprint: string): Promise<void> {
  try {
    await writeFile(path, renderPlanFile(plan, fingerprint));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MeshError({
      code: 'usage',
      place: path,
      message: `the plan cannot be written: ${reason}`,
      cure: 'Name another file with --output',
      cause: thrown,
    });
  }
}

function fingerprintOf(text: string): string | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('fingerprint' in value)) return undefined;
  return typeof value.fingerprint === 'string' ? value.fingerprint : undefined;
}

/** The fingerprint of a plan file. Throws MeshError `usage` when the file is none. */
export async function readPlanFile(path: string): Promise<string> {
  const fail = (message: string, cause?: unknown): MeshError =>
    new MeshError({
      code: 'usage',
      place: path,
      message,
      cure: 'Make one with route-mesh plan -o FILE',
      cause,
    });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw fail(
      `the plan cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      thrown,
    );
  }
  try {
    const fingerprint = fingerprintOf(text);
    if (fingerprint !== undefined) return fingerprint;
  } catch (thrown) {
    throw fail('this is no plan file: it is not JSON', thrown);
  }
  throw fail('this is no plan file: it has no fingerprint');
}
