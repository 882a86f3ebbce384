import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dockerReleases,
  packageSources,
  parseDockerRelease,
  releaseOf,
} from '../../../src/lab/docker-release.ts';

const t = suite('docker release');

t('the release of a Debian version', () => {
  assert.is(releaseOf('20.10.24+dfsg1-1+deb12u1'), '20.10');
  assert.is(releaseOf('26.1.5+dfsg1-9+deb13u1'), '26');
  assert.is(releaseOf('28.5.2+dfsg4-5'), '28');
});

t('a version that no release begins with', () => {
  for (const version of ['29.0.0-1', '2.10.1', '260.1-1', ''])
    assert.is(releaseOf(version), undefined, version);
});

t('what an operator writes', () => {
  assert.is(parseDockerRelease('20.10'), '20.10');
  assert.is(parseDockerRelease('20'), undefined);
});

t('each release brings a daemon, a client, containerd and runc', () => {
  for (const release of dockerReleases) {
    const packages = packageSources(release).flatMap((source) => source.packages);
    for (const name of ['docker.io', 'containerd', 'runc'])
      assert.ok(packages.includes(name), `${release} ${name}`);
    // Debian split the client off after 20.10.
    assert.is(packages.includes('docker-cli'), release !== '20.10');
  }
});

t.run();
