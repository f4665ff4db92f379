import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a call: passed on, lost after the chain has run it, never passed on, or answered by this result. */
export type Turn = 'pass' | 'lose' | 'refuse' | { readonly result: unknown };

export interface ChangingRpc {
  readonly url: string;
  /** asked for every call */
  turn: (method: string) => Turn;
  readonly calls: string[];
  close(): Promise<void>;
}

/** A node between us and the chain, on which anything may happen to a call. */
export async function changingRpc(target: string): Promise<ChangingRpc> {
  const server = createServer((request, response) => {
    request
      .toArray()
      .then(async (chunks) => {
        const body = Buffer.concat(chunks).toString();
        const { id, method } = JSON.parse(body) as { id: string; method: string };
        rpc.calls.push(method);
        const turn = rpc.turn(method);
        const said = (answer: object) =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
        if (turn === 'refuse') return said({ error: { code: -32_005, message: 'the node is behind' } });
        if (typeof turn === 'object') return said(turn);
        const answer = await fetch(target, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        const text = await answer.text();
        if (turn === 'lose') response.destroy();
        else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const rpc: ChangingRpc = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turn: () => 'pass',
    calls: [],
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return rpc;
}
