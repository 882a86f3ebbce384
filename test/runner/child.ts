/** The process of one test file: imports it under the watched uvu, runs its suites, says what happened. */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { report } from './messages.ts';

declare global {
  // uvu reads both: the first keeps it from starting by itself, the second is its list of suites.
  var UVU_DEFER: number;
  var UVU_QUEUE: unknown[][];
}

globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [[null]];

// A runner that was killed closes the channel. Its test files end too, and clean up as on SIGTERM; nobody reads them now.
process.on('disconnect', () => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stream.destroy());
  process.kill(process.pid, 'SIGTERM');
});
process.channel?.unref();

const file = process.argv[2];
if (file === undefined) throw new Error('usage: child.ts TEST-FILE');

register('./uvu-hook.mjs', import.meta.url);
const { exec, faultsOfSuites, isStopped } = await import('./watched-uvu.ts');
await import(pathToFileURL(file).href);
for (const text of faultsOfSuites()) report({ kind: 'fault', text });
await exec();
report({ kind: 'ended', open: openResources() });
if (isStopped()) process.exit(1);
process.once('SIGTERM', () => process.exit(1));

/** What keeps the event loop alive, without the pipes of stdout, stderr and the runner's channel. */
function openResources(): readonly string[] {
  const own = ['PipeWrap', 'TTYWrap', 'CloseReq'];
  return process.getActiveResourcesInfo().filter((name) => !own.includes(name));
}
