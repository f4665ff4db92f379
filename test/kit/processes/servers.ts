import { join } from 'node:path';
import { startNats } from '../../../src/embedded/nats.js';
import { startPostgres } from '../../../src/embedded/postgres.js';

/** Starts both servers in the folder that is the first argument, says what they are, and waits to be killed. */
const folder = process.argv[2] ?? '';
const [postgres, nats] = await Promise.all([
  startPostgres({ dataDir: join(folder, 'postgres'), fsync: false }),
  startNats({ dataDir: join(folder, 'nats') }),
]);
process.stdout.write(`${JSON.stringify([postgres, nats])}\n`);
setInterval(() => undefined, 60_000);
