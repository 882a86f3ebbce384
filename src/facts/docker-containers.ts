/** Docker's running containers. Their environment and labels, where secrets live, are never asked for. */
import { type DockerObject, fieldEntries, parseListing, renderListing, textField } from './docker-objects.ts';
import { type Fact, unreadable } from './fact.ts';
import type { ContainerFact } from './model.ts';

const SECTION = 'docker_containers';

const TEMPLATE = [
  '{"id":{{json .ID}},"name":{{json .Name}},"pid":{{json .State.Pid}},"autoRemove":{{json .HostConfig.AutoRemove}},',
  '"restartPolicy":{{json .HostConfig.RestartPolicy.Name}},"networkMode":{{json .HostConfig.NetworkMode}},',
  '"addresses":{ {{- $comma := ""}}{{range $name, $endpoint := .NetworkSettings.Networks}}{{$comma}}{{json $name}}:',
  '{{json $endpoint.IPAddress}}{{$comma = ","}}{{end -}} }}',
].join('');

const command = renderListing('docker ps -q --no-trunc', 'docker inspect --type container', TEMPLATE);

function parsePid(object: DockerObject): number {
  const pid = object['pid'];
  if (typeof pid === 'number' && Number.isSafeInteger(pid)) return pid;
  throw unreadable(SECTION, JSON.stringify(object), 'a container with a process');
}

function parseAddresses(object: DockerObject): Readonly<Record<string, string>> {
  const addresses = fieldEntries(object, 'addresses').flatMap(([network, address]): [string, string][] =>
    typeof address === 'string' && address !== '' ? [[network, address]] : [],
  );
  return Object.fromEntries(addresses);
}

function parseContainer(object: DockerObject): ContainerFact {
  return {
    id: textField(SECTION, object, 'id'),
    name: textField(SECTION, object, 'name').replace(/^\//, ''),
    pid: parsePid(object),
    restartPolicy: textField(SECTION, object, 'restartPolicy') || 'no',
    networkMode: textField(SECTION, object, 'networkMode'),
    addresses: parseAddresses(object),
    autoRemove: object['autoRemove'] === true,
  };
}

/** Undefined: Docker did not answer. */
export const dockerContainersFact: Fact<readonly ContainerFact[] | undefined> = {
  section: SECTION,
  command,
  parse: (lines) => parseListing(SECTION, lines)?.map(parseContainer),
};
