import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  configuredFlags,
  parseFlags,
  runningFlags,
  splitWords,
  type UnitLine,
} from '../../../src/facts/docker-flags.ts';

const test = suite('flags of dockerd');

const flagsOf = (text: string): string =>
  parseFlags(splitWords(text))
    .map(({ name, value }) => `${name}=${value}`)
    .join(' ');

test('a value stands behind =, behind a space, or is true', () => {
  assert.is(
    flagsOf('dockerd --bip=10.9.0.1/24 --mtu 1400 --live-restore'),
    'bip=10.9.0.1/24 mtu=1400 live-restore=true',
  );
  assert.is(flagsOf('dockerd --iptables=false --debug -H fd://'), 'iptables=false debug=true host=fd://');
});

test('a letter is the flag that it stands for', () => {
  assert.is(
    flagsOf('-b br7 -D -H=fd:// -g/srv/docker'),
    'bridge=br7 debug=true host=fd:// data-root=/srv/docker',
  );
});

test('quotes are taken off, an empty value stays one', () => {
  assert.is(flagsOf(`-b "" --bip="10.9.0.1/24" '--label=a b'`), 'bridge= bip=10.9.0.1/24 label=a b');
});

const unit: readonly UnitLine[] = [
  { kind: 'file', path: '/lib/systemd/system/docker.service' },
  { kind: 'start', command: '/usr/bin/dockerd --mtu 1400 $DOCKER_OPTS' },
];
const options = [
  { path: '/etc/default/docker', name: 'DOCKER_OPTS', words: ['--bip=10.9.0.1/24'] },
  { path: '/etc/sysconfig/docker', name: 'OPTIONS', words: ['--debug'] },
];

test('a unit brings its own flags and those of the variables that it names', () => {
  assert.equal(configuredFlags(unit, options), [
    { name: 'mtu', value: '1400', place: '/lib/systemd/system/docker.service' },
    { name: 'bip', value: '10.9.0.1/24', place: '/etc/default/docker' },
  ]);
});

test('a drop-in that empties ExecStart replaces it', () => {
  const dropIn: readonly UnitLine[] = [
    { kind: 'file', path: '/etc/systemd/system/docker.service.d/10.conf' },
    { kind: 'start', command: '' },
    { kind: 'start', command: '/usr/bin/dockerd --debug' },
  ];
  assert.equal(configuredFlags([...unit, ...dropIn], options), [
    { name: 'debug', value: 'true', place: '/etc/systemd/system/docker.service.d/10.conf' },
  ]);
});

test('without a unit all option files count', () => {
  assert.equal(
    configuredFlags([], options).map((flag) => flag.name),
    ['bip', 'debug'],
  );
});

test('a running dockerd has the flags of its command line, told where they are written', () => {
  assert.equal(
    runningFlags(['dockerd', '--bip', '10.9.0.1/24', '-D'], 'process 7', configuredFlags(unit, options)),
    [
      { name: 'bip', value: '10.9.0.1/24', place: '/etc/default/docker' },
      { name: 'debug', value: 'true', place: 'process 7' },
    ],
  );
});

test.run();
