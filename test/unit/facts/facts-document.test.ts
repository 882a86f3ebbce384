import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { factsDocument } from '../../../src/facts/facts-document.ts';
import { buildDocker, buildFacts, buildFootprint } from '../../support/facts-builder.ts';

const test = suite('facts as a document');

test('the texts of daemon.json stay out, everything else is there', () => {
  const secret = '{"proxies": {"http-proxy": "http://user:hunter2@proxy:3128"}}';
  const facts = buildFacts({
    docker: buildDocker({ daemonJson: secret }),
    footprint: buildFootprint({ originalDaemonJson: secret }),
  });
  const text = JSON.stringify(factsDocument(facts));
  assert.not.match(text, 'hunter2');
  assert.match(text, '"block":"10.208.0.0/22"');
  assert.match(text, '"daemonJsonPath"');
});

test('a host without docker and mesh has neither', () => {
  const { docker, footprint, hostname } = factsDocument(buildFacts());
  assert.equal([docker, footprint, hostname], [undefined, undefined, 'host']);
});

test.run();
