import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { createJsonFace, writeDocument } from '../../../src/faces/json.ts';

const test = suite('JSON face');

function written(use: (write: (text: string) => void) => void): string {
  let text = '';
  use((more) => {
    text += more;
  });
  return text;
}

test('one event a line, the schema first', () => {
  const text = written((write) => createJsonFace(write)({ kind: 'host-unchanged', host: 'h1' }));
  assert.is(text, '{"schema":1,"kind":"host-unchanged","host":"h1"}\n');
});

test('an error without its cause, which may hold anything', () => {
  const cause = new Error('password: hunter2');
  const error = new MeshError({ code: 'sudo-refused', host: 'h1', message: 'no', cure: 'yes', cause });
  const text = written((write) =>
    createJsonFace(write)({ kind: 'host-failed', host: 'h1', error, reverted: false }),
  );
  assert.equal(JSON.parse(text).error, { code: 'sudo-refused', message: 'no', cure: 'yes', host: 'h1' });
  assert.not.match(text, 'hunter2');
});

test('a document has its kind; maps and sets become what JSON has', () => {
  const content = { map: new Map([['a', 1]]), set: new Set([2]), call: () => 1 };
  const document = JSON.parse(written((write) => writeDocument(write, 'plan', content)));
  assert.equal(document, { schema: 1, document: 'plan', map: { a: 1 }, set: [2] });
});

test.run();
