import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deriveSource, parseDeb822, parseSourcesList, renderSource } from '../../../src/lab/apt-sources.ts';

const t = suite('apt sources');

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const deb822 = `# made by the installer
Types: deb deb-src
# snapshot
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: ${keyring}

Types: deb
URIs: https://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: ${keyring}
`;

t('a deb822 stanza is one source for each URI and suite', () => {
  const sources = parseDeb822(deb822);
  assert.equal(
    sources.map(({ uri, suite: name }) => `${uri} ${name}`),
    [
      'https://mirror.example/debian bookworm',
      'https://mirror.example/debian bookworm-updates',
      'https://mirror.example/debian-security bookworm-security',
    ],
  );
  assert.equal(sources[0]?.components, ['main', 'contrib']);
  assert.is(sources[0]?.signedBy, keyring);
});

t('stanzas that are disabled or serve sources only are left out', () => {
  const stanza = 'URIs: https://mirror.example/debian\nSuites: sid\nComponents: main\n';
  assert.equal(parseDeb822(`Types: deb-src\n${stanza}`), []);
  assert.equal(parseDeb822(`Types: deb\nEnabled: no\n${stanza}`), []);
});

t('a key inside the stanza is kept with its lines', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQENBF\n -----END PGP PUBLIC KEY BLOCK-----';
  const [source] = parseDeb822(
    `Types: deb\nURIs: https://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By:\n ${key}\n`,
  );
  assert.ok(source);
  assert.equal(parseDeb822(renderSource(source)), [source]);
});

t('one-line sources, with and without options', () => {
  const text = `
# deb https://mirror.example/old stretch main
deb [arch=amd64 signed-by=${keyring}] https://mirror.example/debian bookworm main contrib # comment
deb-src https://mirror.example/debian bookworm main
deb http://other.example/debian/ stable main`;
  const rest = { suite: 'stable', components: ['main'], signedBy: undefined };
  assert.equal(parseSourcesList(text), [
    {
      uri: 'https://mirror.example/debian',
      suite: 'bookworm',
      components: ['main', 'contrib'],
      signedBy: keyring,
    },
    { uri: 'http://other.example/debian/', ...rest },
  ]);
});

t('another suite comes from the server of the release, not of its updates or of third parties', () => {
  const third = 'Types: deb\nURIs: https://third.example/apt\nSuites: stable-thing\nComponents: main\n\n';
  const source = deriveSource(parseDeb822(third + deb822), 'trixie');
  assert.equal(source, {
    uri: 'https://mirror.example/debian',
    suite: 'trixie',
    components: ['main'],
    signedBy: keyring,
  });
});

t('without a Debian release there is nothing to derive from', () => {
  assert.is(deriveSource(parseSourcesList('deb https://third.example/apt jammy main'), 'trixie'), undefined);
});

t.run();
