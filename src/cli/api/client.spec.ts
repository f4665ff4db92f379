import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ApiClient } from './client.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers each call by the next of `answers`, the last one for ever. */
async function serving(...answers: readonly Answering[]) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answers[Math.min(seen.length, answers.length) - 1]!(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { client: new ApiClient(`http://127.0.0.1:${port}`, 'qk_test'), seen };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answering =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const RATE = { success: false, code: 'RATE_LIMITED', error: 'Slower.', details: { retryAfterSeconds: 0.01 } };
const anything = z.looseObject({});

describe('a call of the API', () => {
  it('carries the key, and reads what it wrote itself', async () => {
    const { client, seen } = await serving(json(201, { id: 1 }, { 'x-position': '42' }), json(200, {}));
    await client.post('/x', {}, anything);
    await client.get('/x', anything);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer qk_test', 'Bearer qk_test']);
    expect(seen[1]?.headers['x-min-position']).toBe('42');
  });

  it('says where an answer is old because an event could not be taken', async () => {
    const { client } = await serving(json(200, {}), json(200, {}, { 'x-left-out': 'workflows' }));
    const said: string[] = [];
    const telling = new ApiClient(client.url, 'qk_test', (models) => said.push(models));
    for (let i = 0; i < 3; i++) await telling.get('/x', anything);
    expect(said).toEqual(['workflows']);
  });

  it('that was too early is made again under the same idempotency key', async () => {
    const { client, seen } = await serving(json(429, RATE), json(429, RATE), json(201, { ok: true }));
    expect(await client.post('/x', {}, anything)).toEqual({ ok: true });
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it('is not made for ever', async () => {
    const { client, seen } = await serving(json(429, RATE));
    await expect(client.get('/x', anything)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(seen).toHaveLength(4);
  });

  it('that is refused says the code, sentence and figures of the server, once', async () => {
    const details = { required: '5', available: '1' };
    const { client, seen } = await serving(
      json(402, { success: false, code: 'INSUFFICIENT_ESCROW', error: 'Too little.', details }),
    );
    const refused = { code: 'INSUFFICIENT_ESCROW', message: 'Too little.', figures: details };
    await expect(client.post('/x', {}, anything)).rejects.toMatchObject(refused);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['a page of another program', (_: IncomingMessage, r: ServerResponse) => r.writeHead(404).end('<html>')],
    ['an answer in another form', json(200, { id: 5 })],
  ])('knows %s when it sees one', async (_, answer) => {
    const { client } = await serving(answer);
    await expect(client.get('/x', z.object({ id: z.string() }))).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
    });
  });

  it('to where nobody listens says so', async () => {
    const { client } = await serving(json(200, {}));
    await closing.pop()!();
    await expect(client.get('/x', anything)).rejects.toMatchObject({ code: 'NOT_REACHED' });
  });
});
