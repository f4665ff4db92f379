import { randomBytes, randomUUID } from 'node:crypto';
import type { DomainEvent, NewEvent, Position, Recorded } from '../../../src/kernel/event.js';
import type { Batch, EventStore, Subscription } from '../../../src/ports/event-store.js';

/** What a suite needs of an adapter. `open` gives another client of the same data, where that means something. */
export interface EventStoreUnderTest {
  open(): Promise<EventStore>;
  cleanUp(): Promise<void>;
}

export interface Happened extends DomainEvent {
  readonly type: string;
  readonly v: 1;
  readonly note?: unknown;
}

/** A server may keep data of earlier runs, so every test works in categories nobody used before. */
export const freshCategory = (): string => `t${randomBytes(6).toString('hex')}`;

export const newEvent = (type = 'Happened', note?: unknown): NewEvent<Happened> => ({
  id: randomUUID(),
  event: { type, v: 1, ...(note === undefined ? {} : { note }) },
  metadata: {
    commandId: 'cmd-1',
    correlationId: 'cor-1',
    causationId: 'cause-1',
    actor: { type: 'user', id: 'user_1' },
    occurredAt: '2026-01-02T03:04:05.678Z',
  },
});

export const newEvents = (count: number, type = 'Happened'): NewEvent<Happened>[] =>
  Array.from({ length: count }, (_, index) => newEvent(type, index));

export async function all(events: AsyncIterable<Recorded>): Promise<Recorded[]> {
  const collected: Recorded[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

export const notes = (events: readonly Recorded[]): unknown[] =>
  events.map((event) => (event.event as Happened).note);

/** Reads a subscription batch by batch until `enough`, leaving it open. */
export class Follower {
  readonly batches: Batch[] = [];
  private readonly iterator: AsyncIterator<Batch>;

  constructor(readonly subscription: Subscription) {
    this.iterator = subscription[Symbol.asyncIterator]();
  }

  get events(): readonly Recorded[] {
    return this.batches.flatMap((batch) => batch.events);
  }

  get position(): Position | undefined {
    return this.batches.at(-1)?.position;
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const next = await this.iterator.next();
      if (next.done) throw new Error('the subscription ended early');
      this.batches.push(next.value);
    }
  }

  async untilEvents(count: number): Promise<readonly Recorded[]> {
    await this.until(() => this.events.length >= count);
    return this.events;
  }

  async untilCaughtUp(): Promise<void> {
    await this.until(() => this.batches.at(-1)?.caughtUp === true);
  }

  async ended(): Promise<boolean> {
    for (;;) if ((await this.iterator.next()).done) return true;
  }
}
