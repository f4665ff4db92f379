import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../src/adapters/nats/connection.js';
import { NatsJobQueue } from '../../src/adapters/nats/job-queue.js';
import { startNats } from '../../src/embedded/nats.js';
import type { RunningPart } from '../../src/embedded/server-process.js';
import type { Job } from '../../src/ports/jobs.js';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { Seen } from '../kit/gate.js';

const job = (id: string): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
});

const nextStatus = async (connection: NatsConnection, wanted: string): Promise<void> => {
  for await (const { type } of connection.status()) if (type === wanted) return;
};

let folder: TemporaryFolder;
let server: RunningPart;
let connection: NatsConnection;

beforeEach(async () => {
  folder = temporaryFolder();
  server = await startNats({ dataDir: join(folder.path, 'before') });
  connection = await connectNats(server.url);
});
afterEach(async () => {
  await connection.close();
  await server.stop();
  folder.remove();
});

it('a worker goes on when the server comes back with an empty disk, and a lost job can be published again', async () => {
  const queue = await NatsJobQueue.open(connection);
  const seen = new Seen<string>();
  const worker = await queue.work('step', 2, async ({ id }) => seen.add(id));
  await queue.publish([job('a')]);
  await seen.count(1);

  const port = Number(new URL(server.url).port);
  await server.stop();
  const reconnected = nextStatus(connection, 'reconnect');
  server = await startNats({ dataDir: join(folder.path, 'after'), port });
  await reconnected;

  await queue.publish([job('a'), job('b')]);
  expect(await seen.count(3)).toEqual(['a', 'a', 'b']);
  await worker.stop(0);
});

describe('a server that is away', () => {
  const stopServer = async () => {
    const port = Number(new URL(server.url).port);
    const disconnected = nextStatus(connection, 'disconnect');
    await server.stop();
    await disconnected;
    return port;
  };

  it('takes what was published meanwhile when it is back, with a full disk or an empty one', async () => {
    const queue = await NatsJobQueue.open(connection, { patienceMs: 30_000 });
    const port = await stopServer();
    const published = queue.publish([job('a'), job('b')]);
    server = await startNats({ dataDir: join(folder.path, 'after'), port });
    await published;
    expect(await queue.depth()).toEqual({ step: 2, dead: 0 });
  });

  it('is not waited for by requests that went down with it', async () => {
    // shorter than the time one request has: who waited for that would give up
    const queue = await NatsJobQueue.open(connection, { patienceMs: 4_500 });
    const port = Number(new URL(server.url).port);
    process.kill(server.pid, 'SIGSTOP');
    const published = queue.publish([job('a')]);
    await new Promise(setImmediate);
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    server = await startNats({ dataDir: join(folder.path, 'before'), port });
    await published;
    expect(await queue.depth()).toEqual({ step: 1, dead: 0 });
  });

  it('makes publishing fail clearly when it stays away', async () => {
    const queue = await NatsJobQueue.open(connection, { patienceMs: 300 });
    await stopServer();
    await expect(queue.publish([job('a')])).rejects.toMatchObject({
      code: 'JOB_NOT_QUEUED',
      kind: 'retryable',
      figures: { job: 'a', kind: 'step' },
    });
  });
});
