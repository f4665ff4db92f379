import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Reply } from '../../e2e/kit/client.js';

const AGAIN_MS = 100;
/** one lost answer may keep an Idempotency-Key in flight for a minute */
const PATIENCE_MS = 300_000;

/**
 * A client as its documentation asks one to be: a call that was not answered, or that could not be done now, is made
 * again with the same Idempotency-Key.
 */
export class PatientClient extends Client {
  /** calls that had to be made again */
  repeats = 0;

  override async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    // everything else changes nothing when it is said twice
    const key = path === '/workflows/create' ? { 'idempotency-key': randomUUID() } : {};
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (let last = ''; ; this.repeats++) {
      try {
        const reply = await super.call<T>(method, path, body, { ...key, ...headers });
        if (reply.status < 500 && !isForNow(reply.body.code)) return reply;
        last = `${reply.status} ${reply.body.code}`;
      } catch (error) {
        // by name: under jest those of fetch are of another realm
        const { name, cause } = error as Error;
        if (name !== 'TypeError' && name !== 'SyntaxError') throw error;
        last = String(cause ?? error);
      }
      if (Date.now() > giveUpAt) throw new Error(`${method} ${path} was never answered: ${last}`);
      await pause(AGAIN_MS);
    }
  }
}

const isForNow = (code: string | undefined): boolean =>
  code !== undefined && ['IN_FLIGHT', 'CONCURRENT_UPDATE', 'OVERLOADED', 'STORE_UNAVAILABLE'].includes(code);
