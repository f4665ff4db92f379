import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/postgres.js';
import { PipelinedClient } from './pipelined-client.js';

describe('a client that sends on', () => {
  let database: FreshDatabase;
  let between: Server;
  let client: PipelinedClient;
  const received: Buffer[] = [];

  beforeAll(async () => {
    database = await freshDatabase();
    const server = new URL(database.url);
    between = createServer((socket) => {
      const upstream = connect(Number(server.port), server.hostname);
      socket.on('data', (bytes: Buffer) => received.push(bytes));
      socket.pipe(upstream).pipe(socket);
      for (const end of [socket, upstream]) end.on('error', () => undefined);
    });
    await new Promise<void>((listening) => between.listen(0, '127.0.0.1', listening));
    const { port } = between.address() as AddressInfo;
    const connectionString = Object.assign(new URL(database.url), { host: `127.0.0.1:${port}` }).href;
    client = new PipelinedClient({ connectionString });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await new Promise((closed) => between.close(closed));
    await database.drop();
  });

  it('sends what is held by one write, and answers in order', async () => {
    received.length = 0;
    client.hold();
    const answers = [1, 2, 3].map((n) => client.query('select $1::int as n', [n]));
    await new Promise((passed) => setTimeout(passed, 20));
    expect(received).toHaveLength(0);
    client.flush();
    expect((await Promise.all(answers)).map(({ rows }) => rows)).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      [{ n: 3 }],
    ]);
    expect(received).toHaveLength(1);
  });

  it('goes on after a statement that failed', async () => {
    client.hold();
    const wrong = client.query('select 1/$1::int', [0]);
    const right = client.query('select 2 as n');
    client.flush();
    await expect(wrong).rejects.toMatchObject({ code: '22012' });
    expect((await right).rows).toEqual([{ n: 2 }]);
  });
});
