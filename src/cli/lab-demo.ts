/** `lab demo`: three fresh Docker hosts, containers that do not reach each other, one sync, containers that do. */
import type { Style } from '../faces/style.ts';
import type { Lab } from '../lab/lab.ts';

export type DemoStage = {
  readonly say: (text: string) => void;
  readonly style: Style;
  /** Runs route-mesh on the lab's segment; resolves with its exit code. */
  readonly routeMesh: (words: readonly string[]) => Promise<number>;
};

async function startContainers(lab: Lab): Promise<void> {
  await Promise.all(
    lab.hosts.map(({ name }) =>
      lab.exec(name, 'docker run -d --name web --restart unless-stopped lab:latest'),
    ),
  );
}

async function addressOf(lab: Lab, host: string): Promise<string> {
  const { stdout } = await lab.exec(
    host,
    "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' web",
  );
  return stdout.trim();
}

/** What the container on `to` answers to the one on `from`: the address that it saw. */
async function askAcross(lab: Lab, from: string, to: string): Promise<string> {
  const [own, address] = [await addressOf(lab, from), await addressOf(lab, to)];
  if (own === address)
    return `web on ${from} and web on ${to} have the same address ${own}: each reaches only itself`;
  const request = `printf 'GET /cgi-bin/peer HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} 80 | tail -n 1`;
  const { stdout } = await lab.exec(from, ['docker', 'exec', 'web', 'sh', '-c', request]);
  const seen = stdout.trim();
  return seen === ''
    ? `web on ${from} (${own}) -> web on ${to} (${address}): no answer`
    : `web on ${from} (${own}) -> web on ${to} (${address}): answered, and saw ${seen}`;
}

/** Plays the demo on a fresh lab of three hosts; resolves with the first exit code that is not 0, or 0. */
export async function runDemo(lab: Lab, stage: DemoStage): Promise<number> {
  const heading = (text: string): void => stage.say(`\n${stage.style.bold(text)}\n`);
  const [first = '', second = ''] = lab.hosts.map(({ name }) => name);

  heading('Three Docker hosts, a container on each. Every docker0 is 172.17.0.1/16, as Docker leaves it.');
  await startContainers(lab);
  stage.say(`${await askAcross(lab, first, second)}\n`);

  for (const [text, words] of [
    ['$ route-mesh plan', ['plan']],
    ['$ route-mesh sync --yes --allow docker-restart', ['sync', '--yes', '--allow', 'docker-restart', '-v']],
    ['$ route-mesh verify', ['verify']],
    ['$ route-mesh sync --yes        (again: nothing to do)', ['sync', '--yes']],
  ] as const) {
    heading(text);
    const code = await stage.routeMesh(words);
    if (code !== 0 && words[0] !== 'plan') return code;
  }

  heading('The same containers, now over plain routes:');
  stage.say(`${await askAcross(lab, first, second)}\n${await askAcross(lab, second, first)}\n`);
  const routes = await lab.exec(first, 'ip route show proto 213');
  stage.say(`\nroutes on ${first}:\n${routes.stdout}`);
  return 0;
}
