/** Runs an inventory program, as Ansible does, and reads what it prints. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { MeshError } from '../error/mesh-error.ts';

/** Characters of standard error that a message shows: the end, where a program says why. */
const SHOWN = 2000;

const MOST_BYTES = 256 * 1024 * 1024;

const execute = promisify(execFile);

function fieldOf(thrown: unknown, name: 'code' | 'killed' | 'signal' | 'stderr'): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}

function reasonOf(thrown: unknown, limitSeconds: number): string {
  const code = fieldOf(thrown, 'code');
  if (code === 'EACCES') return 'it is a program that may not be executed';
  if (code === 'ENOENT') return 'the interpreter that its first line names does not exist';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'it prints more than 256 MiB';
  if (fieldOf(thrown, 'killed') === true) return `it does not end within ${limitSeconds} s`;
  if (typeof code === 'number') return `it ended with exit code ${code}`;
  const signal = fieldOf(thrown, 'signal');
  return typeof signal === 'string' ? `it was ended by ${signal}` : String(code ?? thrown);
}

function failed(file: string, thrown: unknown, limitSeconds: number): MeshError {
  const stderr = fieldOf(thrown, 'stderr');
  const said =
    typeof stderr === 'string' && stderr.trim() !== '' ? `, and said: ${stderr.trim().slice(-SHOWN)}` : '';
  const denied = fieldOf(thrown, 'code') === 'EACCES';
  return new MeshError({
    code: 'inventory-missing',
    place: file,
    message: `the inventory program ${file} gives no hosts: ${reasonOf(thrown, limitSeconds)}${said}`,
    cure: denied ? `chmod +x ${file}` : `Run ${resolve(file)} --list by hand until it prints JSON`,
  });
}

/**
 * What `FILE --list` prints. The program has nothing on its standard input and `limitSeconds` of time.
 * https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#inventory-script-conventions
 * Throws MeshError `inventory-missing`, with the end of its standard error, where it fails or prints no JSON object.
 */
export async function readProgram(file: string, limitSeconds = 60): Promise<string> {
  const running = execute(resolve(file), ['--list'], {
    timeout: limitSeconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
  });
  running.child.stdin?.end();
  const { stdout, stderr } = await running.catch((thrown: unknown) => {
    throw failed(file, thrown, limitSeconds);
  });
  if (/^\s*\{/.test(stdout)) return stdout;
  throw failed(file, { code: 'it prints no JSON object', stderr }, limitSeconds);
}
