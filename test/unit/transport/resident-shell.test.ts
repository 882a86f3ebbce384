/** The framing in real local shells: each that a host may have as `sh`. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import {
  createResidentShell,
  type ShellChannel,
  untilMarker,
} from '../../../src/transport/resident-shell.ts';
import { renderGreeting, renderStep } from '../../../src/transport/shell-frame.ts';
import { skipTest } from '../../support/skip.ts';

const SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['/bin/dash', []],
  ['/bin/bash', ['--posix']],
  ['/bin/bash', []],
  ['/usr/bin/busybox', ['sh']],
];
const step = { timeout: 20, step: 'test' };
const directory = mkdtempSync(join(tmpdir(), `route-mesh-shell-${process.pid}-`));

function channelOf(child: ChildProcessWithoutNullStreams): ShellChannel {
  const ended = new Promise<string>((resolve) => {
    child.on('close', (code, signal) => resolve(`the shell ended with ${signal ?? code}`));
  });
  child.stdin.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    destroy: () => endGroup(child),
  };
}

/** Ends the shell and what it runs: a `sleep` would hold our pipes open. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    process.kill(-child.pid, 'SIGKILL');
}

async function withShell<T>(
  [program, args]: readonly [string, readonly string[]],
  use: (shell: ReturnType<typeof createResidentShell>, child: ChildProcessWithoutNullStreams) => Promise<T>,
): Promise<T> {
  const child = spawn(program, [...args, '-s'], { stdio: 'pipe', detached: true });
  const channel = channelOf(child);
  try {
    child.stdin.write('echo noise; echo noise >&2\n');
    const greeting = untilMarker(channel, 'greet0');
    child.stdin.write(renderGreeting('greet0'));
    const { status, stdout } = await greeting.marked;
    greeting.stop();
    assert.equal([status, stdout.toString()], [String(process.getuid?.()), 'noise\n']);
    const markers = Array.from({ length: 20 }, (_, step) => `nonce${step}`);
    return await use(
      createResidentShell(channel, () => markers.pop() ?? 'none-left'),
      child,
    );
  } finally {
    child.stdin.end();
    endGroup(child);
    await channel.ended;
  }
}

const shells = suite('resident shell');
shells.after(() => rmSync(directory, { recursive: true }));

for (const shell of SHELLS) {
  const name = [shell[0], ...shell[1]].join(' ');
  if (!existsSync(shell[0])) {
    skipTest(shells, name, `needs ${shell[0]}`);
    continue;
  }
  shells(`${name}: gives back output to the byte and the status`, () =>
    withShell(shell, async ({ run }) => {
      assert.equal(await run('', step), { code: 0, stdout: '', stderr: '' });
      const mixed = 'printf "a\\n\\nb"; printf "\\n" >&2; exit 3';
      assert.equal(await run(mixed, step), { code: 3, stdout: 'a\n\nb', stderr: '\n' });
      assert.equal(await run('false # comment at the end', step), { code: 1, stdout: '', stderr: '' });
      assert.is((await run('cat <<"X"\n$a }\nX', step)).stdout, '$a }\n');
      assert.is(
        (await run('set -e; m() { echo own; }; cd /tmp; m; exec echo last', step)).stdout,
        'own\nlast\n',
      );
      assert.is((await run('pwd; cat', step)).stdout, '/\n');
    }),
  );

  shells(`${name}: takes a long script`, () =>
    withShell(shell, async ({ run }) => {
      const body = `${'y'.repeat(78)}'"\n`.repeat(5_000);
      assert.is((await run(`cat <<'EOF'\n${body}EOF`, step)).stdout, body);
    }),
  );

  shells(`${name}: does not start a script that arrives cut off, wherever it is cut`, () =>
    withoutCutOffScript(shell, join(directory, 'started')),
  );
}

/** Cuts a step after each byte of its script and of the closing of its function; none of the shells may touch the file. */
async function withoutCutOffScript(shell: readonly [string, readonly string[]], mark: string): Promise<void> {
  const script = `touch ${mark}\ncat <<X\n}\nX\necho "end"`;
  const whole = renderStep(script, 'nonce1');
  const end = whole.indexOf('\n(m)');
  for (let cut = 1; cut <= end; cut += 5) {
    const child = spawn(shell[0], [...shell[1], '-s'], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(whole.slice(0, cut));
    await new Promise((resolve) => child.once('close', resolve));
    assert.not(existsSync(mark), `cut after ${JSON.stringify(whole.slice(0, cut))}`);
  }
}

const [dash = ['/bin/sh', []] as const] = SHELLS;

shells('gives up after the time and ends the shell', () =>
  withShell(dash, async ({ run }) => {
    const error: unknown = await run('sleep 20', { timeout: 0.2, step: 'slow' }).catch(
      (thrown: unknown) => thrown,
    );
    assert.instance(error, MeshError);
    assert.is(error instanceof MeshError && error.code, 'step-timeout');
    const after: unknown = await run('true', step).catch((thrown: unknown) => thrown);
    assert.match(String(after), /ended with SIGKILL/);
  }),
);

shells('tells of a shell that ends within a step, with its last words', () =>
  withShell(dash, async ({ run }, child) => {
    const script = `echo last words >&2; kill -9 ${child.pid}`;
    const error: unknown = await run(script, step).catch((thrown: unknown) => thrown);
    assert.match(String(error), /ended with SIGKILL; last on its standard error: last words/);
  }),
);

shells('shows lines as they come', () =>
  withShell(dash, async ({ run }) => {
    const lines: string[] = [];
    const onLine = (line: string): void => void lines.push(line);
    await run('echo a; echo; echo; printf b; printf "\\nü"', { ...step, onLine });
    assert.equal(lines, ['a', '', '', 'b', 'ü']);
  }),
);

shells.run();
