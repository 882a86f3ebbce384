/** Program of a test: opens a session with the options given as JSON, runs one script, closes; then it has to end. */
import type { ConnectionOptions } from '../../src/inventory/connection.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';

const options: ConnectionOptions = JSON.parse(process.argv[2] ?? '');
const session = await createSsh2Transport({ environment: process.env }).open('h1', options);
await session.run('true', { timeout: 10, step: 'test' });
await session.close();
process.stdout.write('closed\n');
