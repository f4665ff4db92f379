import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import type { Aggregate } from '../kernel/aggregate.js';
import type { DomainEvent } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { ReadOptions } from '../ports/event-store.js';
import { CommandHandler } from './command-handler.js';

class CountingStore extends MemoryEventStore {
  readonly asked: string[] = [];
  override read(stream: string, options?: ReadOptions) {
    this.asked.push(stream);
    return super.read(stream, options);
  }
}

/** Counts its events. */
const counter: Aggregate<number, { type: 'count' }, DomainEvent> = {
  category: 'escrow',
  decider: {
    initial: 0,
    decide: () => [{ type: 'HoldExpired', v: 1, holdId: 'h', released: '0' } as DomainEvent],
    evolve: (n) => n + 1,
  },
};

describe('what the command handler keeps in memory', () => {
  const context = (id: string) =>
    ({ commandId: id, correlationId: 'c', actor: { type: 'system', id: 'test' } }) as const;

  it('sheds the aggregates used longest ago by their weight, and reads them again', async () => {
    const store = new CountingStore();
    const handler = new CommandHandler(store, { now: () => 0 });
    // each of these streams was folded from megabytes: as many as fit stay, the first does not
    const heavy = 'x'.repeat(LIMITS.cachedAggregateBytes / 16);
    const metadata = { ...context('m'), causationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' };
    for (let n = 0; n < 17; n++) {
      const event = { type: 'HoldExpired', v: 1, holdId: heavy, released: '0' } as DomainEvent;
      await store.append(`escrow-${n}`, [{ id: `e${n}`, event, metadata }], 'none');
      await handler.load(counter, `${n}`);
    }
    store.asked.length = 0;
    expect((await handler.load(counter, '16', 0)).state).toBe(1);
    expect(store.asked).toEqual([]);
    expect((await handler.load(counter, '0', 0)).state).toBe(1);
    expect(store.asked).toEqual(['escrow-0']);
  });

  it('sheds the one used longest ago where there are too many of them, however light', async () => {
    const store = new CountingStore();
    const handler = new CommandHandler(store, { now: () => 0 });
    for (let n = 0; n <= LIMITS.cachedAggregates; n++)
      await handler.send(counter, `${n}`, { type: 'count' }, context(`${n}`));
    store.asked.length = 0;
    for (const id of [`${LIMITS.cachedAggregates}`, '2', '0']) await handler.load(counter, id, 0);
    expect(store.asked).toEqual(['escrow-0']);
  });

  it('keeps one that weighs more than its share: it would be folded for every command otherwise', async () => {
    const store = new CountingStore();
    const handler = new CommandHandler(store, { now: () => 0 });
    const heavy = 'x'.repeat(LIMITS.cachedAggregateBytes / 12);
    const metadata = { ...context('m'), causationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' };
    for (let n = 0; n < 13; n++) {
      const event = { type: 'HoldExpired', v: 1, holdId: heavy, released: '0' } as DomainEvent;
      await store.append('escrow-big', [{ id: `e${n}`, event, metadata }], 'any');
    }
    await handler.send(counter, 'big', { type: 'count' }, context('one more'));
    store.asked.length = 0;
    expect((await handler.load(counter, 'big', 13)).state).toBe(14);
    expect(store.asked).toEqual([]);
  });
});
