import { expect, it } from '@jest/globals';
import { Seen } from '../../test/kit/gate.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { eventId, type Position, type Recorded } from '../kernel/event.js';
import { type IntegrationEvents, Relay } from './relay.js';

const silent = { info() {}, warn() {}, error() {} };

/** A stream anybody may wipe; it may fail in the middle of a publication. */
class Target implements IntegrationEvents {
  readonly seen = new Seen<string>();
  held: Recorded[] = [];
  failAfter = Number.POSITIVE_INFINITY;

  async publish(events: readonly Recorded[]): Promise<void> {
    for (const event of events) {
      if (this.failAfter-- === 0) throw new Error('away');
      this.held.push(event);
      this.seen.add(event.stream);
    }
  }
  async lastPosition(): Promise<Position | undefined> {
    return this.held.at(-1)?.position;
  }
}

async function happened(store: MemoryEventStore, ...streams: string[]) {
  for (const stream of streams) {
    const metadata = {
      commandId: stream,
      correlationId: 'x',
      causationId: 'x',
      actor: { type: 'system', id: 'test' },
      occurredAt: '2026-01-02T03:04:05.678Z',
    } as const;
    const event = { type: 'RollbackNotNeeded', v: 1 };
    await store.append(stream, [{ id: eventId(stream, 0), event, metadata }], 'none');
  }
}

it('goes on where its target ends', async () => {
  const store = new MemoryEventStore();
  const target = new Target();
  await happened(store, 'workflow-1', 'workflow-2');
  const first = new Relay(store, target, silent);
  await first.start();
  await target.seen.count(2);
  await first.stop();
  await happened(store, 'workflow-3');
  const second = new Relay(store, target, silent);
  await second.start();
  await target.seen.count(3);
  await second.stop();
  expect(target.seen.all).toEqual(['workflow-1', 'workflow-2', 'workflow-3']);
});

it('interrupted in the middle copies what is missing, and nothing twice', async () => {
  const store = new MemoryEventStore();
  const target = new Target();
  target.failAfter = 2;
  await happened(store, 'workflow-1', 'workflow-2', 'workflow-3', 'workflow-4');
  const relay = new Relay(store, target, silent);
  await relay.start();
  await target.seen.count(4);
  await relay.stop();
  expect(target.seen.all).toEqual(['workflow-1', 'workflow-2', 'workflow-3', 'workflow-4']);
});

it('fills a wiped target again from the beginning when it starts', async () => {
  const store = new MemoryEventStore();
  const target = new Target();
  await happened(store, 'workflow-1', 'workflow-2');
  const before = new Relay(store, target, silent);
  await before.start();
  await target.seen.count(2);
  await before.stop();
  target.held = [];
  const after = new Relay(store, target, silent);
  await after.start();
  await target.seen.count(4);
  await after.stop();
  expect(target.held.map(({ stream }) => stream)).toEqual(['workflow-1', 'workflow-2']);
});

it('stops although its target stays away', async () => {
  const store = new MemoryEventStore();
  const target = new Target();
  target.failAfter = 0;
  await happened(store, 'workflow-1');
  const relay = new Relay(store, target, silent);
  await relay.start();
  await new Promise(setImmediate);
  await relay.stop();
  expect(target.held).toEqual([]);
});
