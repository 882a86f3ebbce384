/**
 * Docker's daemon.json, merged key by key. The operator's keys keep their order, values and indentation; ours come
 * behind them. All text in, all text out.
 * Keys: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
 */
import { MeshError } from '../error/mesh-error.ts';

export type DaemonSettings = Readonly<Record<string, unknown>>;

/** Keys that route-mesh sets on a host; the last two only for Docker's nftables backend. */
export const OUR_KEYS = [
  'bip',
  'default-address-pools',
  'allow-direct-routing',
  'bridge-accept-fwmark',
] as const;

function indentOf(text: string): string | number {
  const match = /^\{\r?\n([ \t]+)"/.exec(text);
  return match?.[1] ?? 2;
}

function isObject(value: unknown): value is DaemonSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads daemon.json. An absent file and an empty one are no settings, as for dockerd.
 * Throws MeshError `daemon-json-invalid` when it is not one JSON object.
 */
export function parseDaemonJson(text: string | undefined, path: string): DaemonSettings {
  if (text === undefined || text.trim() === '') return {};
  const invalid = (message: string, cause?: unknown): MeshError =>
    new MeshError({
      code: 'daemon-json-invalid',
      place: path,
      message: `${path} is not valid JSON: ${message}; dockerd would not start with it`,
      cure: `Mend ${path} on the host (nothing was touched there), then run again`,
      cause,
    });
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  throw invalid('it has to be one object, { … }');
}

/** The file with `settings` set over what it has; the very same text where they are all there already. */
export function mergeDaemonJson(text: string | undefined, path: string, settings: DaemonSettings): string {
  const current = parseDaemonJson(text, path);
  const missing = Object.entries(settings).some(
    ([key, value]) => JSON.stringify(current[key]) !== JSON.stringify(value),
  );
  if (!missing && text !== undefined) return text;
  return `${JSON.stringify({ ...current, ...settings }, null, indentOf(text ?? ''))}\n`;
}

/**
 * The file without what route-mesh set: our keys are as they were in `original`, all others as they are in `text`.
 * For a file that the operator changed after route-mesh wrote it. Undefined: nothing is left, and there was no file.
 */
export function unmergeDaemonJson(
  text: string | undefined,
  original: string | undefined,
  path: string,
): string | undefined {
  const before = parseDaemonJson(original, path);
  const settings: Record<string, unknown> = { ...parseDaemonJson(text, path) };
  for (const key of OUR_KEYS) {
    if (key in before) settings[key] = before[key];
    else delete settings[key];
  }
  if (original === undefined && Object.keys(settings).length === 0) return undefined;
  return `${JSON.stringify(settings, null, indentOf(text ?? ''))}\n`;
}

/**
 * The file for the moment of a restart after which docker0 shall have `docker0` (address with length): live-restore
 * off, and bip said where the file does not. Undefined when the file does all that as it is.
 */
export function daemonJsonForRestart(
  text: string | undefined,
  path: string,
  docker0: string | undefined,
): string | undefined {
  const current = parseDaemonJson(text, path);
  const settings = {
    ...(current['live-restore'] === true ? { 'live-restore': false } : {}),
    ...(current['bip'] === undefined && docker0 !== undefined ? { bip: docker0 } : {}),
  };
  return Object.keys(settings).length === 0 ? undefined : mergeDaemonJson(text, path, settings);
}
