/** How often the real `ssh -G` is run, and that what is shared between hosts is what each would have got. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createSshConfigReader } from '../../../src/transport/ssh-config-reader.ts';
import { openSshWorkshop, skipUnlessSshd } from '../../support/sshd.ts';

skipUnlessSshd();
const workshop = await openSshWorkshop();
const calls = join(workshop.directory, 'calls');
const bin = join(workshop.directory, 'bin');
await mkdir(bin);
await writeFile(join(bin, 'ssh'), `#!/bin/sh\necho "$*" >>${calls}\nexec /usr/bin/ssh "$@"\n`);
await chmod(join(bin, 'ssh'), 0o755);

const config = suite('ssh_config read by the real ssh');
config.after(workshop.remove);

/** Resolves all names at once; gives how often ssh was run, and the settings. */
async function resolveAll(text: string, names: readonly string[]) {
  const file = join(workshop.directory, 'config');
  await writeFile(file, text);
  await writeFile(calls, '');
  const read = createSshConfigReader(workshop.directory, { PATH: `${bin}:/usr/bin:/bin` });
  const query = { user: undefined, port: undefined, sshConfig: file };
  const settings = await Promise.all(names.map((name) => read({ ...query, name })));
  const runs = (await readFile(calls, 'utf8')).split('\n').length - 1;
  return { runs, settings };
}

const many = Array.from({ length: 40 }, (_, index) => `host${index}.example.net`);

config('one run serves the hosts that the same sections apply to', async () => {
  const text =
    'Host special*\n  Port 2222\nHost *.example.net\n  User op\n  IdentityFile ~/.ssh/%h\nHost *\n  Port 2200\n';
  const { runs, settings } = await resolveAll(text, [...many, 'special.example.org']);
  assert.is(runs, 2);
  assert.equal(
    new Set(settings.map((one) => [one.user, one.port, one.identityFiles[0]].join(' '))),
    new Set(
      ['op 2200 ~/.ssh/%h', 'undefined 2222 ~/.ssh/id_rsa'].map((line) =>
        line.replace('undefined', settings.at(-1)?.user ?? ''),
      ),
    ),
  );
});

config('a value made from the name is asked for each host', async () => {
  const { runs, settings } = await resolveAll('Host *\n  HostName %h.corp\n', many.slice(0, 5));
  assert.is(runs, 5);
  assert.equal(
    settings.map((one) => one.hostName),
    many.slice(0, 5).map((name) => `${name}.corp`),
  );
});

config('sections of included files count; Match is asked for each host', async () => {
  const included = join(workshop.directory, 'included.conf');
  await writeFile(included, 'Host host3.*\n  Port 33\n');
  const pattern = join(workshop.directory, 'inc*.conf');
  const { runs, settings } = await resolveAll(`Include ${pattern}\n`, many.slice(0, 5));
  assert.is(runs, 2);
  assert.equal(
    settings.map((one) => one.port),
    [22, 22, 22, 33, 22],
  );
  const matched = await resolveAll('Match host host1.*\n  Port 11\n', many.slice(0, 3));
  assert.is(matched.runs, 3);
  assert.equal(
    matched.settings.map((one) => one.port),
    [22, 11, 22],
  );
});

config.run();
