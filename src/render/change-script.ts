/** One script per host: it stages a revision and hands over to the change program that it has just staged. */
import type { DaemonJsonChange } from '../plan/model.ts';

/** Quotes a word for a POSIX shell. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export type ChangeRequest = {
  readonly verb: 'activate' | 'deactivate';
  readonly baseRevision: number;
  /** Name of the folder that is staged; unique to this run, so that two operators do not write into one. */
  readonly stagingName: string;
  /** Who and from where, for the lock and the log: `alice@laptop`. */
  readonly operator: string;
  /** Restart docker after daemon.json is written; and docker0's address that must come of it. */
  readonly restart: boolean;
  readonly docker0: string;
  readonly daemonJsonPath: string;
  readonly daemonJson: (Omit<DaemonJsonChange, 'content'> & { readonly content?: string }) | undefined;
  /** deactivate only: daemon.json held nothing but our keys and is to go, although it was edited since. */
  readonly removeDaemonJson: boolean;
  /** Files for /etc/route-mesh. */
  readonly files: Readonly<Record<string, string>>;
};

/**
 * A here-document ends each file with a newline; the rare content without one (an operator's daemon.json) goes through
 * printf, which every shell has built in. The delimiter is a line that the content does not have.
 */
function writeFile(path: string, content: string): string {
  if (!content.endsWith('\n')) return `printf %s ${quoteWord(content)} >${quoteWord(path)} || no_room\n`;
  let delimiter = 'END_OF_FILE';
  while (content.includes(delimiter)) delimiter = `${delimiter}_`;
  return `cat >${quoteWord(path)} <<'${delimiter}' || no_room\n${content}${delimiter}\n`;
}

function requestFile(request: ChangeRequest): string {
  const lines = {
    operator: request.operator,
    restart: request.restart ? 'yes' : 'no',
    docker0: request.docker0,
    'daemon-json': request.daemonJsonPath,
    'remove-daemon-json': request.removeDaemonJson ? 'yes' : 'no',
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value.replaceAll('\n', ' ')}\n`)
    .join('');
}

function daemonJsonFiles(change: ChangeRequest['daemonJson']): readonly string[] {
  const files = {
    'daemon.json': change?.content,
    'daemon.json.restarting': change?.whileRestarting,
    'daemon.json.reverting': change?.whileReverting,
  };
  return Object.entries(files).flatMap(([name, content]) =>
    content === undefined ? [] : [writeFile(name, content)],
  );
}

/**
 * The script. It exits with the change program's status; 73 when the files could not be staged, with nothing touched.
 */
export function renderChangeScript(request: ChangeRequest): string {
  const { daemonJson, files } = request;
  const staged = [
    writeFile('request', requestFile(request)),
    ...Object.entries(files).map(([name, content]) => writeFile(`etc/${name}`, content)),
    ...daemonJsonFiles(daemonJson),
  ];
  const folder = `/var/lib/route-mesh/.${request.stagingName}`;
  return `umask 077
no_room() {
  echo "@error cannot write below /var/lib/route-mesh: $(df -P -k /var/lib | tail -n 1)"
  cd /; rm -rf ${quoteWord(folder)}; rmdir /var/lib/route-mesh 2>/dev/null
  exit ${STAGING_FAILED}
}
mkdir -p ${quoteWord(`${folder}/etc`)} && cd ${quoteWord(folder)} || no_room
${staged.join('')}cd /
sh ${quoteWord(`${folder}/etc/route-mesh-change.sh`)} ${request.verb} ${quoteWord(folder)} ${request.baseRevision}
`;
}

/** Exit status of the script when staging failed; sysexits.h EX_CANTCREAT. */
export const STAGING_FAILED = 73;

/** Exit statuses of route-mesh-change.sh. */
export const CHANGE_STATUS = { done: 0, reverted: 10, broken: 11, locked: 75, stale: 76 } as const;
