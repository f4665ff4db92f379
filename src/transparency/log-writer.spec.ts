import { describe, expect, it } from '@jest/globals';
import { MemoryArtifactStore } from '../adapters/memory/artifact-store.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { LOG_ID, receiptLog } from '../commands/receipt-log/decide.js';
import { ReceiptIssued } from '../events/receipt.js';
import type { ReceiptLogEvent } from '../events/receipt-log.js';
import { Refusal } from '../kernel/errors.js';
import type { DomainEvent } from '../kernel/event.js';
import type { EventStore } from '../ports/event-store.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { LogWriter } from './log-writer.js';

const clock = { now: () => Date.parse('2026-01-02T03:04:05.678Z') };
const log = { info() {}, warn() {}, error() {} };

let events = 0;
async function issue(store: EventStore, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await store.append(
      `receipt-${id}`,
      [
        {
          id: `00000000-0000-5000-8000-${String(++events).padStart(12, '0')}`,
          event: { ...(ReceiptIssued.sample as DomainEvent), receiptId: id } as DomainEvent,
          metadata: {
            commandId: id,
            correlationId: id,
            causationId: id,
            actor: { type: 'system', id: 'spec' },
            occurredAt: '2026-01-02T03:04:05.678Z',
          },
        },
      ],
      'none',
    );
}

const writerOn = (store: EventStore) =>
  new LogWriter(store, new CommandHandler(store, clock), new MemoryArtifactStore(), clock, log, 1);

async function leavesOf(store: EventStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of store.read(`log-${LOG_ID}`)) {
    const appended = event as ReceiptLogEvent;
    if (appended.type !== 'LogLeavesAppended') continue;
    expect(appended.first).toBe(ids.length);
    ids.push(...appended.leaves.map(({ receiptId }) => receiptId));
  }
  return ids;
}

async function until(store: EventStore, count: number): Promise<string[]> {
  const subscription = store.subscribe({ filter: { categories: ['log'] } });
  let seen = 0;
  for await (const batch of subscription) {
    for (const { event } of batch.events)
      if (event.type === 'LogLeavesAppended') seen += (event as unknown as { leaves: [] }).leaves.length;
    if (seen >= count) await subscription.stop();
  }
  return leavesOf(store);
}

const names = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `rcpt_${from + i}`);

describe('the writer of the log', () => {
  it('puts every receipt into it, in the order of the event store', async () => {
    const store = new MemoryEventStore();
    await issue(store, ...names(700));
    const writer = writerOn(store);
    await writer.start();
    await issue(store, ...names(20, 700));
    expect(await until(store, 720)).toEqual(names(720));
    await writer.stop();
  });

  it('goes on where the log ends, however often it is started', async () => {
    const store = new MemoryEventStore();
    for (let round = 1; round <= 4; round++) {
      await issue(store, ...names(5, (round - 1) * 5));
      const writer = writerOn(store);
      await writer.start();
      expect(await until(store, round * 5)).toEqual(names(round * 5));
      await writer.stop();
    }
  });

  it('writes each leaf once when several processes write at the same time', async () => {
    const store = new MemoryEventStore();
    const writers = Array.from({ length: 4 }, () => writerOn(store));
    for (const writer of writers) await writer.start();
    for (let i = 0; i < 30; i++) await issue(store, ...names(7, i * 7));
    expect(await until(store, 210)).toEqual(names(210));
    for (const writer of writers) await writer.stop();
    expect(await leavesOf(store)).toEqual(names(210));
  });

  it('loses and doubles nothing when the answer to an append is lost', async () => {
    const store = new MemoryEventStore();
    let lost = 0;
    const lossy = Object.assign(Object.create(store) as MemoryEventStore, {
      append: async (...args: Parameters<EventStore['append']>) => {
        const appended = await store.append(...args);
        if (args[0] === `log-${LOG_ID}` && lost++ < 2)
          throw new Refusal('STORE_AWAY', 'The answer was lost.', {}, 'retryable');
        return appended;
      },
    });
    await issue(store, ...names(300)); // two pieces
    const writer = writerOn(lossy);
    await writer.start();
    expect(await until(store, 300)).toEqual(names(300));
    await writer.stop();
    expect(lost).toBe(2);
    const { state } = await new CommandHandler(store, clock).load(receiptLog, LOG_ID);
    expect(state.size).toBe(300);
  });
});
