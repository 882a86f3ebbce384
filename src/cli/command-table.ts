/** Every command and option, once: the parser, `--help` and the tests of the documentation read this table. */

export type OptionSpec = {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in help; absent: a switch. */
  readonly value?: string;
  readonly help: string;
};

export type CommandSpec = {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Positional arguments as shown in help. */
  readonly usage: string;
  /** How many of them there may be; absent: any number. */
  readonly atMost?: number;
  readonly help: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
};

const INVENTORY: OptionSpec = {
  name: 'inventory',
  short: 'i',
  value: 'FILE|DIR|-|HOST,HOST',
  help: 'The hosts: own YAML, Ansible INI/YAML/JSON, standard input, or names. Default: $ROUTE_MESH_INVENTORY, ./route-mesh.yaml, ./inventory',
};
const LIMIT: OptionSpec = {
  name: 'limit',
  short: 'l',
  value: 'PATTERN',
  help: 'Only these hosts: names, groups, globs, a:b, !b, &c',
};
const JSON_OUTPUT: OptionSpec = { name: 'json', help: 'One JSON document, or one JSON event a line' };
const NO_COLOR: OptionSpec = {
  name: 'no-color',
  help: 'Plain text; NO_COLOR in the environment does the same',
};
const VERBOSE: OptionSpec = { name: 'verbose', short: 'v', help: 'Show every step' };
const HELP: OptionSpec = { name: 'help', short: 'h', help: 'Show this help' };
const YES: OptionSpec = { name: 'yes', short: 'y', help: 'Do not ask; for cron' };
const QUIET: OptionSpec = { name: 'quiet', short: 'q', help: 'Print nothing when nothing changed' };
const ALLOW: OptionSpec = {
  name: 'allow',
  value: 'docker-restart',
  help: 'Allow a docker restart that stops running containers',
};
const ACCEPT_NEW: OptionSpec = {
  name: 'accept-new',
  help: 'Add unknown host keys to known_hosts; a changed key is refused all the same',
};

const MESH_OPTIONS = [INVENTORY, LIMIT, JSON_OUTPUT, NO_COLOR, VERBOSE, ACCEPT_NEW, HELP];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    usage: 'HOST...',
    help: 'Probe hosts given by name and write a commented inventory',
    options: [
      { name: 'output', short: 'o', value: 'FILE', help: 'Where to write it; default ./route-mesh.yaml' },
      { name: 'sudo', help: 'Become root with sudo; asks for a password only if sudo does' },
      { name: 'user', value: 'USER', help: 'Log in as this user' },
      { name: 'ssh-config', value: 'FILE', help: 'Use this ssh_config instead of yours' },
      ACCEPT_NEW,
      NO_COLOR,
      JSON_OUTPUT,
      VERBOSE,
      HELP,
    ],
    examples: ['route-mesh init h1 h2 admin@h3:2222', 'route-mesh init --accept-new --sudo h1 h2'],
  },
  {
    name: 'facts',
    usage: '',
    atMost: 0,
    help: 'Show what the gather script read off the hosts',
    options: MESH_OPTIONS,
    examples: ['route-mesh facts', 'route-mesh facts --limit h1 --json'],
  },
  {
    name: 'plan',
    usage: '',
    atMost: 0,
    help: 'Show per host what would change; changes nothing. Exit code 2: something would',
    options: [
      { name: 'output', short: 'o', value: 'FILE', help: 'Keep the plan; sync FILE applies just this one' },
      ...MESH_OPTIONS,
    ],
    examples: ['route-mesh plan', 'route-mesh plan -o change.plan && route-mesh sync change.plan'],
  },
  {
    name: 'sync',
    aliases: ['apply'],
    usage: '[PLAN]',
    atMost: 1,
    help: 'Make the hosts what the inventory asks for',
    options: [YES, QUIET, ALLOW, ...MESH_OPTIONS],
    examples: ['route-mesh sync', 'route-mesh sync --yes --quiet', 'route-mesh sync --limit h4'],
  },
  {
    name: 'check',
    usage: '',
    atMost: 0,
    help: 'Exit code 0: the hosts are as the inventory asks; 2: they are not',
    options: [QUIET, ...MESH_OPTIONS],
    examples: ['route-mesh check', 'route-mesh check --quiet || mail -s drift ops'],
  },
  {
    name: 'verify',
    usage: '',
    atMost: 0,
    help: 'Send packets between containers of every pair of hosts: reached, source kept, path MTU, round trip',
    options: [
      { name: 'from', value: 'PATTERN', help: 'Only from these hosts' },
      { name: 'to', value: 'PATTERN', help: 'Only to these hosts' },
      { name: 'matrix', help: 'One row a host instead of one line a pair' },
      ...MESH_OPTIONS,
    ],
    examples: ['route-mesh verify --matrix', 'route-mesh verify --from h1 --to h2 --json'],
  },
  {
    name: 'status',
    usage: '',
    atMost: 0,
    help: 'The mesh as it stands',
    options: MESH_OPTIONS,
    examples: ['route-mesh status'],
  },
  {
    name: 'destroy',
    usage: '',
    atMost: 0,
    help: 'Leave every host as it was before route-mesh',
    options: [YES, ALLOW, ...MESH_OPTIONS],
    examples: ['route-mesh destroy', 'route-mesh destroy --yes --limit h3'],
  },
  {
    name: 'lab',
    usage: 'up N | down | status | demo | exec HOST -- COMMAND | run -- COMMAND | reboot HOST',
    help: 'A mesh of real sshd, dockerd and containers on this machine, in network namespaces (root, Debian)',
    options: [
      { name: 'docker', value: '20.10|26|28', help: 'Docker version of the lab’s hosts; default 28' },
      { name: 'name', value: 'NAME', help: 'Name of the lab; default lab' },
      { name: 'keep', help: 'demo: leave the lab up afterwards' },
      NO_COLOR,
      HELP,
    ],
    examples: ['route-mesh lab up 3', 'route-mesh lab run -- route-mesh sync', 'route-mesh lab demo'],
  },
];

/** The command of that name or alias. */
export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name || command.aliases?.includes(name));
}
