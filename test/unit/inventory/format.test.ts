import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { detectFormat, isProgram } from '../../../src/inventory/format.ts';

const test = suite('inventory formats');

const TEXTS: readonly (readonly [file: string, text: string, format: string])[] = [
  ['mesh.yaml', 'hosts: [h1, h2]', 'own-yaml'],
  ['mesh.yaml', '', 'own-yaml'],
  ['mesh.yaml', '# nothing yet\n', 'own-yaml'],
  ['mesh.yaml', 'host: {h1: {address: 192.0.2.1}}', 'own-yaml'],
  ['mesh.yaml', 'groups: {web: {hosts: [h1]}}\nhosts: [h1]', 'own-yaml'],
  ['mesh.json', '{"hosts": ["h1"]}', 'own-yaml'],
  ['standard input', '---\n# a comment\nmesh: x\nhosts: [h1]', 'own-yaml'],
  ['standard input', '- h1\n- h2', 'own-yaml'],
  ['standard input', '', 'own-yaml'],
  ['hosts', '"hosts":\n  h1:\n', 'own-yaml'],
  ['hosts.yml', 'all: {hosts: {h1: }}', 'ansible-yaml'],
  ['hosts.yml', 'all:\n', 'ansible-yaml'],
  ['hosts.yml', 'web: {hosts: {h1: }}\ndb: ', 'ansible-yaml'],
  ['hosts.yml', 'mesh: {hosts: {h1: }}', 'ansible-yaml'],
  ['hosts.yml', 'plugin: amazon.aws.aws_ec2', 'ansible-yaml'],
  ['hosts.json', '{"all": {"hosts": {"h1": {}}}}', 'ansible-yaml'],
  ['hosts', 'ungrouped:\n  hosts:\n    h1:\n', 'ansible-yaml'],
  ['hosts.json', '{"_meta": {"hostvars": {}}, "web": {"hosts": ["h1"]}}', 'ansible-json'],
  ['standard input', '\n{"web": ["h1"]}', 'ansible-json'],
  ['hosts.json', '{"eu": {"children": ["web"]}}', 'ansible-json'],
  ['hosts', 'h1\nh2', 'ansible-ini'],
  ['hosts', '# note: a comment\n; another: one\n\nh1:2222 ansible_user=x', 'ansible-ini'],
  ['hosts', 'h1 motd="a: b"', 'ansible-ini'],
  ['hosts', '[web]\nh1', 'ansible-ini'],
  ['hosts.production', '2001:db8::1', 'ansible-ini'],
  ['hosts.ini', 'mesh: x', 'ansible-ini'],
  ['ansible.CFG', '', 'ansible-ini'],
];

for (const [file, text, format] of TEXTS) {
  test(`${file}: ${JSON.stringify(text)} is ${format}`, () => assert.is(detectFormat(text, file), format));
}

test('programs: a script by its first line, a compiled one by its zeros', () => {
  assert.is(isProgram('#!/bin/sh\necho {}'), true);
  assert.is(isProgram('\u007fELF\u0002\u0001\0\0'), true);
  assert.is(isProgram('# !\nhosts: [h1]'), false);
  assert.is(isProgram(''), false);
});

test.run();
