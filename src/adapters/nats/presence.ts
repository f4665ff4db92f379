import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';

/**
 * Whether the server is there. The client library drops what is asked while it has no connection, and goes on waiting
 * for the answer to a request that went down with one: both would be noticed only when the request's time is up, by
 * everybody who waits for it.
 */
export class Presence {
  private readonly asking = new Set<(error: Error) => void>();
  private returned = manyListen();
  private away = false;

  constructor(connection: NatsConnection) {
    void this.watch(connection);
  }

  get isAway(): boolean {
    return this.away;
  }

  /** Waits for the connection, if need be, for no longer than this. @throws RequestError */
  async connected(patienceMs: number): Promise<void> {
    if (this.away)
      await sleep(patienceMs, undefined, { signal: this.returned.signal }).catch(() => undefined);
    if (this.away) throw new errors.RequestError(`no connection for ${patienceMs} ms`);
  }

  /** @throws RequestError as soon as the connection is lost under the question */
  async ask<T>(call: () => Promise<T>): Promise<T> {
    const answer = call();
    return new Promise<T>((resolve, reject) => {
      this.asking.add(reject);
      answer.then(
        (value) => {
          this.asking.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.asking.delete(reject);
          reject(error);
        },
      );
    });
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.leave();
      if (type === 'reconnect') this.comeBack();
    }
    // closed for good: whoever asks now is told so by the library
    this.comeBack();
  }

  private leave(): void {
    if (!this.away) this.returned = manyListen();
    this.away = true;
    for (const reject of this.asking)
      reject(new errors.RequestError('the connection was lost before an answer came'));
    this.asking.clear();
  }

  private comeBack(): void {
    this.away = false;
    this.returned.abort();
  }
}

/** As many listen as requests are under way, which is no leak. */
function manyListen(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
