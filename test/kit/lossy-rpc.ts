import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyRpc {
  readonly url: string;
  /** how many replies to sendTransaction are still to be lost, after the chain has run it */
  lose: number;
  close(): Promise<void>;
}

/** A way to the chain on which replies get lost after the transaction was broadcast. */
export async function lossyRpc(target: string): Promise<LossyRpc> {
  const server = createServer((request, response) => {
    request
      .toArray()
      .then(async (chunks) => {
        const body = Buffer.concat(chunks).toString();
        const answer = await fetch(target, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        const text = await answer.text();
        if (body.includes('"sendTransaction"') && rpc.lose-- > 0) response.destroy();
        else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const rpc: LossyRpc = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: 0,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return rpc;
}
