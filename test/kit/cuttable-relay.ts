import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Seen } from './gate.js';

export interface CuttableRelay {
  /** the server's URL, by way of this relay */
  readonly url: string;
  /** cuts every connection and takes no new ones until `mend` */
  cut(): void;
  /** passes nothing on any more by the connections there are; new ones work */
  mute(): void;
  mend(): void;
  /** until so many more connections have been refused */
  refused(times: number): Promise<unknown>;
  close(): Promise<void>;
}

/** A network that can fail: passes bytes on to the host and port of `target` until it is cut. */
export async function cuttableRelay(target: string): Promise<CuttableRelay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let whole = true;
  const refusals = new Seen<undefined>();
  const server = createServer((near) => {
    if (!whole) {
      refusals.add(undefined);
      return void near.destroy();
    }
    const far = connect(Number(port), hostname);
    for (const [one, another] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(another);
      one.on('error', () => another.destroy());
      one.on('close', () => {
        sockets.delete(one);
        another.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const mute = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return {
    url: Object.assign(new URL(target), {
      hostname: '127.0.0.1',
      port: String((server.address() as AddressInfo).port),
    }).href,
    cut,
    mute,
    mend: () => {
      whole = true;
    },
    refused: (times) => refusals.count(refusals.all.length + times),
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
