import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import type { HandedFigures } from '../handed-figures.js';
import { flowOfKey } from '../job-flow.js';

/** Silences after which a process that had something in hand is taken to be gone. */
const SILENCES = 3;

/** Of each flow, by its key: how many jobs of it, and since when the oldest (ms since the epoch). */
const toldSchema = z.object({
  from: z.string(),
  flows: z.array(z.tuple([z.string(), z.number().int().positive(), z.number()])),
});
type Told = z.infer<typeof toldSchema>;

/**
 * What workers of other processes were handed past the queue. Each process says what it has every so often, as long as
 * it has anything, and once when it has nothing any more. Nobody keeps what is said: it is for people who look.
 */
export class HandedElsewhere {
  private readonly id = randomUUID();
  private readonly told = new Map<string, { readonly at: number; readonly flows: Told['flows'] }>();
  private hasTold = false;

  constructor(
    private readonly connection: NatsConnection,
    private readonly subject: string,
    private readonly own: () => Iterable<HandedFigures>,
    private readonly everyMs: number,
  ) {
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error) this.hear(message.string());
      },
    });
    const telling = setInterval(() => this.tell(), everyMs).unref();
    void connection.closed().then(() => clearInterval(telling));
  }

  *figures(): Iterable<HandedFigures> {
    const spokenSince = Date.now() - SILENCES * this.everyMs;
    for (const [process, { at, flows }] of this.told) {
      if (at < spokenSince) this.told.delete(process);
      else
        for (const [key, count, since] of flows)
          for (let nth = 0; nth < count; nth++) yield { flow: flowOfKey(key), since };
    }
  }

  private tell(): void {
    if (this.connection.isClosed() || this.connection.isDraining()) return;
    const flows = this.ownFlows();
    if (flows.length === 0 && !this.hasTold) return;
    this.hasTold = flows.length > 0;
    const told: Told = { from: this.id, flows };
    this.connection.publish(this.subject, JSON.stringify(told));
  }

  private ownFlows(): Told['flows'] {
    const flows = new Map<string, Told['flows'][number]>();
    for (const { flow, since } of this.own()) {
      const [, count = 0, oldest = since] = flows.get(flow.key) ?? [];
      flows.set(flow.key, [flow.key, count + 1, Math.min(oldest, since)]);
    }
    return [...flows.values()];
  }

  private hear(text: string): void {
    const read = toldSchema.safeParse(parsed(text));
    if (!read.success || read.data.from === this.id) return;
    const { from, flows } = read.data;
    if (flows.length > 0) this.told.set(from, { at: Date.now(), flows });
    else this.told.delete(from);
  }
}

/** @returns undefined for what is no JSON */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
