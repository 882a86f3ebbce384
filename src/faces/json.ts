/** Events and documents as JSON, for programs. Nothing else goes to the same stream. */
import { type EmitEvent, JSON_SCHEMA } from '../events/event.ts';
import type { Write } from './text.ts';

/** Replaces what JSON has no form for; MeshError brings its own. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return typeof value === 'function' ? undefined : value;
}

/** NDJSON: one event a line, the first key is the schema's version. */
export function createJsonFace(write: Write): EmitEvent {
  return (event) => write(`${JSON.stringify({ schema: JSON_SCHEMA, ...event }, plain)}\n`);
}

/** One document; `document` names its kind. */
export function writeDocument(
  write: Write,
  document: string,
  content: Readonly<Record<string, unknown>>,
): void {
  write(`${JSON.stringify({ schema: JSON_SCHEMA, document, ...content }, plain, 2)}\n`);
}
