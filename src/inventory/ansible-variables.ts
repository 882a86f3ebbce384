/**
 * Variables that count for a host -> keys of our schema. Every other variable is Ansible's own business.
 * https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ssh_connection.html
 */
import { parseJumpArgument } from './ansible-ssh-arguments.ts';
import { GivenPassword } from './given-password.ts';
import { nearest, type Problem } from './problem.ts';
import type { RawValue, RawValues } from './raw.ts';
import { hostKeys, meshKeys } from './schema.ts';
import { boolean } from './value.ts';
import { isVaulted } from './yaml-source.ts';

/** Own keys are written `route_mesh_KEY`. */
export const OWN_PREFIX = 'route_mesh_';

/** Ansible's names of a key, the one that wins first. */
const NAMES: readonly (readonly [key: string, names: readonly string[]])[] = [
  ['address', ['ansible_ssh_host', 'ansible_host']],
  ['port', ['ansible_ssh_port', 'ansible_port']],
  ['user', ['ansible_ssh_user', 'ansible_user']],
  ['keys', ['ansible_ssh_private_key_file', 'ansible_private_key_file']],
];

/** In the order in which ssh gets them. */
const SSH_ARGUMENTS = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'];

const PASSWORDS = ['ansible_sudo_pass', 'ansible_become_pass', 'ansible_become_password'];

/** ansible_connection without its collection. */
const SSH_CONNECTIONS = ['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'libssh'];

/** What a host's variables say, and what is wrong with them. */
export type HostReading = { readonly values: RawValues; readonly problems: readonly Problem[] };

function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{') || value.includes('{%');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasTemplate);
}

/** The problem of a value that only Ansible can read; never shows the value. `key` is ours. */
export function unreadable(raw: RawValue, key: string): Problem | undefined {
  const { place, path } = raw;
  if (isVaulted(raw.value)) {
    const cure =
      'let Ansible open it: ansible-inventory -i FILE --list --ask-vault-pass | route-mesh … --inventory -';
    return { place, message: `${path}: the value is encrypted`, cure };
  }
  if (!hasTemplate(raw.value)) return undefined;
  // `ansible-inventory --list` does not fill templates in either, ansible/ansible#32795.
  const cure = `write the value itself, here or as ${OWN_PREFIX}${key}`;
  return { place, message: `${path}: the value is a template, {{ … }}, that only Ansible fills in`, cure };
}

function strongest(variables: RawValues, names: readonly string[]): RawValue | undefined {
  return names.map((name) => variables.get(name)).find((raw) => raw !== undefined && raw.value !== null);
}

/** The value if Ansible is not needed to read it; otherwise its problem is noted. */
function readable(raw: RawValue | undefined, key: string, problems: Problem[]): RawValue | undefined {
  const problem = raw === undefined ? undefined : unreadable(raw, key);
  if (problem !== undefined) problems.push(problem);
  return problem === undefined ? raw : undefined;
}

function jumpOf(variables: RawValues, problems: Problem[]): RawValue | undefined {
  for (const name of SSH_ARGUMENTS) {
    const raw = readable(strongest(variables, [name]), 'jump', problems);
    if (raw === undefined) continue;
    const found = parseJumpArgument(String(raw.value));
    const { place, path } = raw;
    if (found.kind === 'jump') return { place, path, value: found.jump };
    if (found.kind === 'proxy-command') {
      const cure =
        'write ProxyJump there, in ssh_config, or as route_mesh_jump; a ProxyCommand may stand in ssh_config';
      problems.push({ place, message: `${path}: a ProxyCommand is not taken from there`, cure });
    }
    if (found.kind === 'open-quote') {
      problems.push({ place, message: `${path}: a quote is left open`, cure: 'close it' });
    }
  }
  return undefined;
}

/** `ansible.builtin.sudo` -> `sudo`. */
function withoutCollection(value: unknown): string {
  return String(value).split('.').at(-1) ?? '';
}

function passwordOf(variables: RawValues, problems: Problem[]): GivenPassword | undefined {
  const raw = readable(strongest(variables, PASSWORDS), 'sudo', problems);
  if (raw === undefined) return undefined;
  if (typeof raw.value === 'string' || typeof raw.value === 'number')
    return new GivenPassword(String(raw.value));
  problems.push({
    place: raw.place,
    message: `${raw.path}: a password is a text`,
    cure: 'put it into quotes',
  });
  return undefined;
}

/** `become` says whether, the password how; a whole `route_mesh_sudo` says both. */
function sudoOf(variables: RawValues, problems: Problem[]): RawValue | undefined {
  const own = strongest(variables, [`${OWN_PREFIX}sudo`]);
  const become = readable(own ?? strongest(variables, ['ansible_become']), 'sudo', problems);
  if (become === undefined || boolean.read(become.value) !== true) return become;
  const method = readable(strongest(variables, ['ansible_become_method']), 'sudo', problems);
  if (own === undefined && method !== undefined && withoutCollection(method.value) !== 'sudo') {
    const message = `${method.path}: route-mesh becomes root by sudo only`;
    problems.push({ place: method.place, message, cure: 'log in as root, or set route_mesh_sudo' });
  }
  const password = passwordOf(variables, problems);
  return password === undefined ? become : { ...become, value: { password } };
}

/** `ansible_connection` where it is no SSH: `local`, `docker`, `winrm`, …; a value that cannot be read is not. */
export function otherConnection(variables: RawValues): RawValue | undefined {
  const raw = strongest(variables, ['ansible_connection']);
  if (raw === undefined || unreadable(raw, '') !== undefined) return undefined;
  return SSH_CONNECTIONS.includes(withoutCollection(raw.value)) ? undefined : raw;
}

/** Values of our own names. Those of the mesh are read elsewhere. */
function ownValues(variables: RawValues, problems: Problem[]): RawValues {
  const found = new Map<string, RawValue>();
  for (const [name, raw] of variables) {
    if (!name.startsWith(OWN_PREFIX)) continue;
    const key = name.slice(OWN_PREFIX.length);
    if (Object.hasOwn(hostKeys, key)) {
      const usable = raw.value === null ? undefined : readable(raw, key, problems);
      if (usable !== undefined) found.set(key, usable);
    } else if (!Object.hasOwn(meshKeys, key)) {
      const known = [...Object.keys(hostKeys), ...Object.keys(meshKeys)];
      const meant = nearest(key, known) ?? `one of ${known.join(', ')}`;
      const cure = `did you mean ${OWN_PREFIX}${meant}?`;
      problems.push({ place: raw.place, message: `${raw.path}: there is no such key`, cure });
    }
  }
  return found;
}

/** Reads the variables that count for one host. */
export function readHostVariables(variables: RawValues): HostReading {
  const problems: Problem[] = [];
  const own = ownValues(variables, problems);
  const values = new Map<string, RawValue>();
  readable(strongest(variables, ['ansible_connection']), 'ssh_config', problems);
  for (const [key, names] of NAMES) {
    if (own.has(key)) continue;
    const raw = readable(strongest(variables, names), key, problems);
    // A path with a comma in it is still one path.
    if (raw !== undefined) values.set(key, key === 'keys' ? { ...raw, value: [raw.value] } : raw);
  }
  const jump = own.has('jump') ? undefined : jumpOf(variables, problems);
  const sudo = sudoOf(variables, problems);
  if (jump !== undefined) values.set('jump', jump);
  return {
    values: new Map([...values, ...own, ...(sudo === undefined ? [] : [['sudo', sudo] as const])]),
    problems,
  };
}
