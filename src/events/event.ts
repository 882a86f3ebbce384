/**
 * Everything that happens in a run, as one union. Operations emit events and never print; each face (text, quiet,
 * NDJSON, the TUI) is a reader of this stream, live or recorded.
 */
import type { MeshError } from '../error/mesh-error.ts';
import type { PlanDocument } from '../plan/plan-document.ts';

export type MeshEvent =
  | { readonly kind: 'run-started'; readonly command: string; readonly mesh: string; readonly hosts: number }
  | { readonly kind: 'host-started'; readonly host: string; readonly task: string }
  | { readonly kind: 'host-gathered'; readonly host: string; readonly milliseconds: number }
  | { readonly kind: 'planned'; readonly plan: PlanDocument }
  | { readonly kind: 'host-unchanged'; readonly host: string }
  | {
      readonly kind: 'step';
      readonly host: string;
      readonly step: string;
      readonly state: 'begin' | 'done' | 'failed';
    }
  | { readonly kind: 'warning'; readonly host: string | undefined; readonly message: string }
  | {
      readonly kind: 'host-changed';
      readonly host: string;
      readonly revision: number;
      readonly changes: readonly string[];
      readonly milliseconds: number;
    }
  | {
      readonly kind: 'host-failed';
      readonly host: string;
      readonly error: MeshError;
      readonly reverted: boolean;
    }
  | { readonly kind: 'host-cleaned'; readonly host: string }
  /** The whole run failed, before or after some hosts; it is the last event. */
  | { readonly kind: 'run-failed'; readonly error: MeshError; readonly exitCode: number }
  | { readonly kind: 'run-ended'; readonly exitCode: number; readonly milliseconds: number };

/** Takes events as they happen. */
export type EmitEvent = (event: MeshEvent) => void;

/** Version of the events' and documents' shape in `--json`; raised when a reader would have to change. */
export const JSON_SCHEMA = 1;
