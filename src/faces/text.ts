/** Events as lines for people, on a terminal or in a pipe. */
import type { MeshError } from '../error/mesh-error.ts';
import type { EmitEvent, MeshEvent } from '../events/event.ts';
import type { Style } from './style.ts';

/** Where a face writes; a stream's `write` fits. */
export type Write = (text: string) => void;

/** An error as operators see it: where, what was seen, what to do. */
export function errorLines(error: MeshError, style: Style): readonly string[] {
  const step = error.step === undefined ? '' : ` (${error.step})`;
  const where = error.host === undefined ? '' : `${error.host}${step}: `;
  const place = error.place === undefined || error.message.includes(error.place) ? '' : `${error.place}: `;
  const cure = error.cure === undefined ? [] : [`  ${error.cure}`];
  return [`${style.bad('error')} ${where}${place}${error.message}`, ...cure];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** It takes seconds, and containers are down meanwhile: its begin is worth a line always. */
const SLOW_STEP = 'docker_restart';

function stepLine(event: Extract<MeshEvent, { kind: 'step' }>, style: Style): readonly string[] {
  const name = event.step.replaceAll('_', ' ');
  if (event.state === 'failed') return [`${event.host}  ${style.bad('failed')}  ${name}`];
  return event.state === 'begin' ? [style.dim(`${event.host}  ${name} …`)] : [];
}

function eventLines(event: MeshEvent, verbose: boolean, style: Style): readonly string[] {
  switch (event.kind) {
    case 'host-failed': {
      const reverted = event.reverted ? [`  ${event.host} is back as it was before`] : [];
      return [...errorLines(event.error, style), ...reverted];
    }
    case 'host-changed': {
      const head = `${event.host}  ${style.good('changed')}  revision ${event.revision}, ${seconds(event.milliseconds)}`;
      return [head, ...(verbose ? event.changes.map((change) => `  ${change}`) : [])];
    }
    case 'host-unchanged':
      return [`${event.host}  nothing to do`];
    case 'host-cleaned':
      return [`${event.host}  ${style.good('cleaned')}`];
    case 'warning': {
      const host = event.host === undefined ? '' : `${event.host}: `;
      return [`${style.caution('warning')} ${host}${event.message}`];
    }
    case 'step':
      return verbose || event.state === 'failed' || event.step === SLOW_STEP ? stepLine(event, style) : [];
    case 'host-gathered':
      return verbose ? [style.dim(`${event.host}  facts, ${seconds(event.milliseconds)}`)] : [];
    case 'run-failed':
      return errorLines(event.error, style);
    case 'host-started':
    case 'planned':
    case 'run-started':
    case 'run-ended':
      return [];
  }
}

/** A line for each host and each problem; with `verbose` each step too. */
export function createTextFace(write: Write, style: Style, verbose: boolean): EmitEvent {
  return (event) => {
    for (const line of eventLines(event, verbose, style)) write(`${line}\n`);
  };
}

/** For cron: a line a host that changed or failed, nothing else. */
export function createQuietFace(write: Write, style: Style): EmitEvent {
  return (event) => {
    if (event.kind === 'host-changed') {
      write(`${event.host} changed: ${event.changes.join('; ')}\n`);
    } else if (event.kind === 'host-failed') {
      const lines = errorLines(event.error, style).flatMap((line) => line.split('\n'));
      write(`${lines.map((line) => line.trim()).join('; ')}\n`);
    }
  };
}
