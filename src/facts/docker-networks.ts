/** Docker's networks with their subnets and bridges. */
import { formatPrefix, parsePrefix } from '../net/prefix.ts';
import { type DockerObject, fieldEntries, parseListing, renderListing, textField } from './docker-objects.ts';
import type { Fact } from './fact.ts';
import type { DockerNetworkFact } from './model.ts';

const SECTION = 'docker_networks';

const TEMPLATE = [
  '{"id":{{json .ID}},"name":{{json .Name}},"driver":{{json .Driver}},"internal":{{json .Internal}},',
  '"bridge":{{json (index .Options "com.docker.network.bridge.name")}},',
  '"subnets":[{{range $n, $config := .IPAM.Config}}{{if $n}},{{end}}{{json $config.Subnet}}{{end}}]}',
].join('');

const command = renderListing('docker network ls -q --no-trunc', 'docker network inspect', TEMPLATE);

/** libnetwork names a bridge after the first twelve digits of the network's id, unless an option names it. */
function bridgeInterface(object: DockerObject, id: string): string {
  const named = object['bridge'];
  return typeof named === 'string' && named !== '' ? named : `br-${id.slice(0, 12)}`;
}

/** IPv6 subnets are left out. */
function parseSubnets(object: DockerObject): readonly string[] {
  return fieldEntries(object, 'subnets').flatMap(([, subnet]) => {
    const prefix = typeof subnet === 'string' ? parsePrefix(subnet) : undefined;
    return prefix === undefined ? [] : [formatPrefix(prefix)];
  });
}

function parseNetwork(object: DockerObject): DockerNetworkFact {
  const id = textField(SECTION, object, 'id');
  const driver = textField(SECTION, object, 'driver');
  return {
    id,
    name: textField(SECTION, object, 'name'),
    driver,
    ...(driver === 'bridge' ? { interface: bridgeInterface(object, id) } : {}),
    subnets: parseSubnets(object),
    internal: object['internal'] === true,
  };
}

/** Undefined: Docker did not answer. */
export const dockerNetworksFact: Fact<readonly DockerNetworkFact[] | undefined> = {
  section: SECTION,
  command,
  parse: (lines) => parseListing(SECTION, lines)?.map(parseNetwork),
};
