import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type WebSocket, WebSocketServer } from 'ws';
import { follow } from './follow.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Serves a timeline of `length` numbered events, as the API does; `serve` decides how each connection goes. */
async function timeline(serve: (socket: WebSocket, from: number, connection: number) => void) {
  let connections = 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket, request) => {
    const from = Number(new URL(request.url!, 'http://x').searchParams.get('from'));
    serve(socket, from, ++connections);
  });
  await new Promise<void>((listening) => server.once('listening', listening));
  closing.push(
    () =>
      new Promise((closed) => {
        for (const client of server.clients) client.terminate();
        server.close(() => closed());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const event = (seq: number) =>
  JSON.stringify({ type: 'step.started', seq, timestamp: '2026-01-01T00:00:00.000Z', data: {} });

/** Follows until number `last` was heard. */
async function hear(url: string, last: number) {
  const seqs: number[] = [];
  let lost = 0;
  const left = new AbortController();
  await follow({
    url,
    apiKey: 'qk_test',
    workflowId: 'wf_1',
    signal: left.signal,
    onLost: () => lost++,
    onMessage: ({ seq }) => {
      if (seq === undefined) return;
      seqs.push(seq);
      if (seq === last) left.abort();
    },
  });
  return { seqs, lost };
}

describe('following a workflow', () => {
  it('goes on after a lost connection where it stopped, without gap or duplicate', async () => {
    const url = await timeline((socket, from, connection) => {
      for (let seq = from; seq <= (connection === 1 ? 3 : 6); seq++) socket.send(event(seq));
      if (connection === 1) socket.close(1001);
    });
    expect(await hear(url, 6)).toEqual({ seqs: [1, 2, 3, 4, 5, 6], lost: 1 });
  });

  it('passes over what it cannot read', async () => {
    const url = await timeline((socket) => {
      socket.send('{');
      socket.send('{"type":5}');
      socket.send(event(1));
    });
    expect((await hear(url, 1)).seqs).toEqual([1]);
  });

  it('ends with a refusal where the stream is not for this key', async () => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      verifyClient: (_, answer) => answer(false, 404, 'Not Found'),
    });
    await new Promise<void>((listening) => server.once('listening', listening));
    closing.push(() => new Promise((closed) => server.close(() => closed())));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(hear(url, 1)).rejects.toMatchObject({ code: 'STREAM_REFUSED' });
  });
});
