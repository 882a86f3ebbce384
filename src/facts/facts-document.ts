/** A host's facts as `--json` shows them. */
import type { DockerFacts, Facts, FootprintFacts } from './model.ts';

export type FactsDocument = Omit<Facts, 'docker' | 'footprint'> & {
  readonly docker: Omit<DockerFacts, 'daemonJson'> | undefined;
  readonly footprint: Omit<FootprintFacts, 'originalDaemonJson'> | undefined;
};

/** All facts but the texts of daemon.json, for those may hold passwords (a proxy's, a registry mirror's). */
export function factsDocument({ docker, footprint, ...facts }: Facts): FactsDocument {
  return {
    ...facts,
    docker: docker === undefined ? undefined : withoutDaemonJson(docker),
    footprint: footprint === undefined ? undefined : withoutOriginal(footprint),
  };
}

function withoutDaemonJson({
  daemonJson: _daemonJson,
  ...shown
}: DockerFacts): Omit<DockerFacts, 'daemonJson'> {
  return shown;
}

function withoutOriginal({
  originalDaemonJson: _original,
  ...shown
}: FootprintFacts): Omit<FootprintFacts, 'originalDaemonJson'> {
  return shown;
}
