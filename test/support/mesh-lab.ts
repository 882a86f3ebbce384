/** A lab with route-mesh in it, for end-to-end tests: the CLI as the operator runs it, containers, and what hosts show. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { CommandResult } from '../../src/lab/command.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { addressSeenBy } from '../../src/lab/test-containers.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type CliOptions = {
  /** Another inventory than the lab's own. */
  readonly inventory?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
};

/** Runs route-mesh on the lab's segment. */
export function cli(lab: Lab, words: readonly string[], options: CliOptions = {}): Promise<CommandResult> {
  const argv = [process.execPath, '--import', 'tsx', MAIN, ...words];
  const env = { ...process.env, ROUTE_MESH_INVENTORY: options.inventory ?? lab.inventory, ...options.env };
  const stdin = options.stdin === undefined ? {} : { stdin: options.stdin };
  return lab.operator(argv, { env, timeout: 300, ...stdin });
}

/** Standard output of a script on a host; throws with all that it printed when it fails. */
export async function on(lab: Lab, host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, script, { timeout: 120 });
  if (code !== 0) throw new Error(`${host}: status ${code}\n$ ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Runs the same script on all hosts; output by host name. */
export async function onAll(lab: Lab, script: string): Promise<ReadonlyMap<string, string>> {
  const names = lab.hosts.map(({ name }) => name);
  const outputs = await Promise.all(names.map((name) => on(lab, name, script)));
  return new Map(names.map((name, index) => [name, outputs[index] ?? '']));
}

/** A container of the lab's image, where it runs and its address. */
export type Container = { readonly host: string; readonly name: string; readonly address: string };

/** Starts a container; `flags` go to `docker run`. */
export async function startContainer(lab: Lab, host: string, name: string, flags = ''): Promise<Container> {
  await on(lab, host, `docker run -d --name ${name} --restart unless-stopped ${flags} lab:latest`);
  return findContainer(lab, host, name);
}

/** The container as it is now: a docker restart gives it another address. */
export async function findContainer(lab: Lab, host: string, name: string): Promise<Container> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  return { host, name, address: await on(lab, host, `docker inspect --format '${format}' ${name}`) };
}

/** Address under which the container on the other side sees this one; empty when no answer comes. */
async function peerAddress(lab: Lab, from: Container, to: Container): Promise<string> {
  return addressSeenBy(lab, { host: from.host, container: from.name }, to.address);
}

/** Every ordered pair that does not reach the other with its own address, in words; empty when all do. */
export async function brokenPairs(lab: Lab, containers: readonly Container[]): Promise<readonly string[]> {
  const pairs = containers.flatMap((from) =>
    containers.filter((to) => to.host !== from.host).map((to) => [from, to] as const),
  );
  const seen = await Promise.all(pairs.map(([from, to]) => peerAddress(lab, from, to)));
  return pairs.flatMap(([from, to], index) =>
    seen[index] === from.address
      ? []
      : [
          `${from.name}@${from.host} ${from.address} -> ${to.name}@${to.host} ${to.address}: ${seen[index] || 'no answer'}`,
        ],
  );
}

/** Polls until the check gives an empty list; its last answer when the time is up. */
export async function settle(
  check: () => Promise<readonly string[]>,
  seconds: number,
): Promise<readonly string[]> {
  const end = Date.now() + seconds * 1000;
  let last = await check();
  while (last.length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    last = await check();
  }
  return last;
}

/**
 * Everything of a host that route-mesh could leave a trace in, a line a thing. Rules are sorted within their table, for
 * dockerd makes chains in another order after a restart; packet counters and Docker's own state are left out.
 */
export async function snapshot(lab: Lab, host: string): Promise<readonly string[]> {
  const text = await on(
    lab,
    host,
    String.raw`od -An -c /etc/docker/daemon.json 2>/dev/null | sed 's/^/daemon.json /'
for t in raw mangle nat filter; do
  iptables-save -t $t 2>/dev/null | grep -v '^#' | sed "s/ \[[0-9:]*\]//; s/^/$t /" | sort
done
nft -s list ruleset 2>/dev/null | grep -v '^#' | sed 's/counter //; s/^/nft /' | sort
ip -4 route show table all | grep -v 'table local\|linkdown\|docker0\|br-' | sort | sed 's/^/route /'
ip rule | sed 's/^/rule /'
sysctl -a 2>/dev/null | grep -E '^net.ipv4.(ip_forward|conf.(all|default|eth0).(rp_filter|forwarding|proxy_arp))'
find /etc -xdev -type f ! -name '*-' ! -name passwd ! -name shadow ! -name group ! -name gshadow ! -name 'sub?id' -exec sha256sum {} + | sort -k 2
ls -d /var/lib/route-mesh* /run/route-mesh* /etc/route-mesh* 2>/dev/null
docker images -q route-mesh-probe | sed 's/^/image /'
:`,
  );
  return text.split('\n');
}

/** Lines that are in one snapshot only, with a sign; empty when the two are the same. */
export function snapshotDifference(before: readonly string[], after: readonly string[]): readonly string[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !is.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !was.has(line)).map((line) => `+ ${line}`),
  ];
}

/** A lab's inventory as data. */
export type LabInventory = {
  defaults: Record<string, unknown>;
  hosts: Record<string, Record<string, unknown>>;
  [key: string]: unknown;
};

/** An inventory of a test's own beside the lab's, made from the lab's by a change; gives its path. */
export async function changedInventory(
  lab: Lab,
  name: string,
  change: (inventory: LabInventory) => void,
): Promise<string> {
  const path = `${lab.directory}/${name}.yaml`;
  const inventory: LabInventory = parse(await readFile(lab.inventory, 'utf8'));
  change(inventory);
  await writeFile(path, stringify(inventory));
  return path;
}
