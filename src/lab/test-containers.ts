/** The standard containers of a lab's host: what the demo and the tests send packets between. */
import { labError } from './command.ts';
import type { Lab } from './lab.ts';

/**
 * `c0`: on docker0; its port 80 is published as 8080, its echo on port 7 is not.
 * `a0`: on the user-defined network `app`; nothing published.
 */
const containers = [
  { name: 'c0', options: '--publish 8080:80' },
  { name: 'a0', options: '--network app' },
] as const;

/**
 * Makes the containers that are missing and starts those that stand still; they come back after a reboot by themselves.
 * Rejects with `lab-failed` and Docker's words.
 */
export async function startTestContainers(lab: Lab, host: string): Promise<void> {
  const starts = containers.map(
    ({ name, options }) =>
      `docker start ${name} >/dev/null 2>&1 || docker run -d --name ${name} --restart unless-stopped ${options} lab >/dev/null`,
  );
  const network = 'docker network inspect app >/dev/null 2>&1 || docker network create app >/dev/null';
  const { code, stderr } = await lab.exec(host, [network, ...starts].join(' && '));
  if (code !== 0) throw labError(`The test containers of ${host} do not start: ${stderr.trim()}`);
}

/** Addresses by container name; a container that stands still has none. */
export async function containerAddresses(lab: Lab, host: string): Promise<ReadonlyMap<string, string>> {
  const format = '{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const { stdout } = await lab.exec(host, `docker ps -q | xargs -r docker inspect --format '${format}'`);
  const pairs = stdout.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
    const [name = '', address = ''] = line.replace('/', '').split(' ');
    return address ? [[name, address]] : [];
  });
  return new Map(pairs);
}

/**
 * Asks the web server at an address from inside a container, and gives the client address that the server saw; empty when
 * it did not answer within 3 s. Test containers serve on port 80, the operator and the outside too.
 */
export async function addressSeenBy(
  lab: Lab,
  from: { readonly host: string; readonly container: string },
  address: string,
  port = 80,
): Promise<string> {
  const command = ['docker', 'exec', from.container, 'peer', address, String(port)];
  return (await lab.exec(from.host, command)).stdout.trim();
}
