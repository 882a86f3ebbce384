import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asMeshError, MeshError } from '../../../src/error/mesh-error.ts';
import type { MeshEvent } from '../../../src/events/event.ts';
import { createStyle } from '../../../src/faces/style.ts';
import { createQuietFace, createTextFace, errorLines } from '../../../src/faces/text.ts';

const PLAIN = createStyle(false);
const test = suite('text faces');

function shown(event: MeshEvent, verbose = false): string {
  let text = '';
  createTextFace((more) => (text += more), PLAIN, verbose)(event);
  return text;
}

function quiet(event: MeshEvent): string {
  let text = '';
  createQuietFace((more) => (text += more), PLAIN)(event);
  return text;
}

const error = new MeshError({
  code: 'apply-failed',
  host: 'h1',
  step: 'kernel',
  message: 'bad rule',
  cure: 'Mend it',
});
const changed: MeshEvent = {
  kind: 'host-changed',
  host: 'h1',
  revision: 4,
  changes: ['+ route a', '- route b'],
  milliseconds: 1234,
};

test('an error says where, what was seen, and what to do', () => {
  assert.equal(errorLines(error, PLAIN), ['error h1 (kernel): bad rule', '  Mend it']);
});

test('an error’s place is said once', () => {
  const place = 'route-mesh.yaml:7';
  const make = (message: string) => new MeshError({ code: 'inventory-invalid', message, place });
  assert.equal(errorLines(make('not a prefix'), PLAIN), ['error route-mesh.yaml:7: not a prefix']);
  assert.equal(errorLines(make('route-mesh.yaml:7 is bad'), PLAIN), ['error route-mesh.yaml:7 is bad']);
});

test('an exception is told without its stack, and that it is ours', () => {
  const lines = errorLines(asMeshError(new TypeError('x is not a function')), PLAIN);
  assert.equal(lines.slice(0, 1), ['error x is not a function']);
  assert.match(lines[1] ?? '', 'fault of route-mesh');
  assert.is(lines.length, 2);
});

test('each event in its words', () => {
  assert.is(shown(changed), 'h1  changed  revision 4, 1.2 s\n');
  assert.is(shown(changed, true), 'h1  changed  revision 4, 1.2 s\n  + route a\n  - route b\n');
  assert.is(shown({ kind: 'host-unchanged', host: 'h1' }), 'h1  nothing to do\n');
  assert.is(shown({ kind: 'host-cleaned', host: 'h1' }), 'h1  cleaned\n');
  assert.is(shown({ kind: 'warning', host: 'h1', message: 'm' }), 'warning h1: m\n');
  assert.is(shown({ kind: 'warning', host: undefined, message: 'm' }), 'warning m\n');
  assert.is(
    shown({ kind: 'host-failed', host: 'h1', error, reverted: true }),
    'error h1 (kernel): bad rule\n  Mend it\n  h1 is back as it was before\n',
  );
  assert.is(shown({ kind: 'run-failed', error, exitCode: 1 }), 'error h1 (kernel): bad rule\n  Mend it\n');
});

test('steps: failed ones and a docker restart always, the others when asked for', () => {
  const step = (state: 'begin' | 'done' | 'failed', name = 'boot_hook'): MeshEvent => ({
    kind: 'step',
    host: 'h1',
    step: name,
    state,
  });
  assert.is(shown(step('begin')), '');
  assert.is(shown(step('begin'), true), 'h1  boot hook …\n');
  assert.is(shown(step('done'), true), '');
  assert.is(shown(step('failed')), 'h1  failed  boot hook\n');
  assert.is(shown(step('begin', 'docker_restart')), 'h1  docker restart …\n');
});

test('cron: one line for what changed or failed, nothing else', () => {
  assert.is(quiet(changed), 'h1 changed: + route a; - route b\n');
  assert.is(
    quiet({ kind: 'host-failed', host: 'h1', error, reverted: false }),
    'error h1 (kernel): bad rule; Mend it\n',
  );
  assert.is(quiet({ kind: 'host-unchanged', host: 'h1' }), '');
  assert.is(quiet({ kind: 'warning', host: 'h1', message: 'm' }), '');
  assert.is(quiet({ kind: 'run-ended', exitCode: 0, milliseconds: 1 }), '');
});

test('colour is put around words and takes none away', () => {
  const coloured = createStyle(true);
  assert.is(coloured.bad('x'), '\u001b[31mx\u001b[0m');
  assert.is(PLAIN.bad('x'), 'x');
});

test.run();
