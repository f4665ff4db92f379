import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemorySnapshotStore } from '../adapters/memory/snapshot-store.js';
import { escrow } from '../commands/escrow/decide.js';
import type { EscrowState } from '../commands/escrow/state.js';
import type { AnyAggregate } from '../kernel/aggregate.js';
import { LIMITS } from '../kernel/limits.js';
import { toMicros } from '../kernel/money.js';
import type { EventStore, ReadOptions } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';
import { CommandHandler } from './command-handler.js';
import { StreamFolder } from './stream-folder.js';

const at = '2026-01-02T03:04:05.678Z';
const STREAM = 'escrow-user_01';
const EVERY = LIMITS.snapshotEvery;

/** Counts what it is asked, so that a test sees what a snapshot saves. */
class CountingStore extends MemoryEventStore {
  events = 0;
  override async *read(stream: string, options?: ReadOptions) {
    for await (const recorded of super.read(stream, options)) {
      this.events += 1;
      yield recorded;
    }
  }
}

class Snapshots extends MemorySnapshotStore {
  loads = 0;
  readonly saved: Snapshot[] = [];
  /** what it answers instead of what was saved */
  lies: ((kept: Snapshot | undefined) => Snapshot | undefined) | undefined;
  override async load(stream: string, shape: string): Promise<Snapshot | undefined> {
    this.loads += 1;
    const kept = await super.load(stream, shape);
    return this.lies ? this.lies(kept) : kept;
  }
  override async save(stream: string, shape: string, snapshot: Snapshot): Promise<void> {
    this.saved.push(snapshot);
    await super.save(stream, shape, snapshot);
  }
}

async function deposits(store: EventStore, from: number, to: number): Promise<void> {
  const handler = new CommandHandler(store, { now: () => Date.parse(at) });
  const send = (command: Parameters<typeof escrow.decider.decide>[0], id: string) =>
    handler.send(escrow, 'user_01', command, {
      commandId: id,
      correlationId: 'user_01',
      actor: { type: 'user', id: 'user_01' },
    });
  if (from === 1)
    await send(
      { type: 'OpenEscrowAccount', userId: 'user_01', wallet: 'W', network: 'n', asset: 'a', at },
      'open',
    );
  for (let n = from; n < to; n++)
    await send(
      { type: 'SubmitDeposit', signature: `s${n}`, amount: toMicros(BigInt(n)), at, expiresAt: at },
      `deposit ${n}`,
    );
}

const moment = () => new Promise((resolve) => setImmediate(resolve));

describe('loading a stream', () => {
  let store: CountingStore;
  let snapshots: Snapshots;
  const load = async (kept: SnapshotStore | undefined = snapshots, shape = 'now') => {
    store.events = 0;
    const folder = new StreamFolder(store, kept && { store: kept, shape });
    const { state, revision } = await folder.fold(escrow, STREAM);
    await moment();
    return { state: state as EscrowState & { status: 'open' }, revision, read: store.events };
  };
  /** what is true: the fold of all events, without any snapshot */
  const truth = async () => {
    const { state } = await new StreamFolder(store).fold(escrow, STREAM);
    return JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  };
  const told = (state: unknown) =>
    JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? `${value}` : value));

  beforeEach(() => {
    store = new CountingStore();
    snapshots = new Snapshots();
  });

  it('of a short stream asks for no snapshot and leaves none', async () => {
    await deposits(store, 1, EVERY - 1);
    expect(await load()).toMatchObject({ revision: EVERY - 2, read: EVERY - 1 });
    expect([snapshots.loads, snapshots.saved]).toEqual([0, []]);
  });

  it('of a long stream leaves one, and goes on from it the next time', async () => {
    await deposits(store, 1, 350);
    expect((await load()).read).toBe(350);
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([349]);
    await deposits(store, 350, 370);
    const again = await load();
    // the first page, the event the snapshot was taken after, and what came since
    expect(again.read).toBe(EVERY + 1 + 20);
    expect(told(again.state)).toBe(await truth());
    expect(again.state.deposits.with('s1000', again.state.deposits.get('s1')!).size).toBe(370);
  });

  it('saves again only when enough has come since', async () => {
    await deposits(store, 1, 350);
    await load();
    await deposits(store, 350, 380);
    await load();
    expect(snapshots.saved).toHaveLength(1);
    await deposits(store, 380, 350 + EVERY + 1);
    await load();
    expect(snapshots.saved).toHaveLength(2);
  });

  const flip = (text: string, place: number) =>
    text.slice(0, place) + (text[place] === '1' ? '2' : '1') + text.slice(place + 1);
  it.each<[string, NonNullable<Snapshots['lies']>]>([
    ['is deleted', () => undefined],
    ['is cut short', (kept) => ({ ...kept!, text: kept!.text.slice(0, 300) })],
    [
      'has another digit in its state',
      (kept) => ({ ...kept!, text: flip(kept!.text, kept!.text.lastIndexOf('300')) }),
    ],
    ['has another digest', (kept) => ({ ...kept!, text: flip(kept!.text, 3) })],
    ['is empty', (kept) => ({ ...kept!, text: '' })],
    ['says another revision', (kept) => ({ ...kept!, revision: kept!.revision - 50 })],
    ['is of another history', (kept) => ({ ...kept!, eventId: 'of-a-store-that-was-restored' })],
    ['is beyond the end of the stream', (kept) => ({ ...kept!, revision: 9_999 })],
    [
      'cannot be read',
      () => {
        throw new Error('the cache is away');
      },
    ],
  ])('reaches the same state when the snapshot %s', async (_, lies) => {
    await deposits(store, 1, 350);
    await load();
    snapshots.lies = lies;
    const found = await load();
    expect(found.read).toBeGreaterThanOrEqual(350);
    expect([found.revision, told(found.state)]).toEqual([349, await truth()]);
  });

  it('does not read what a program of another shape has kept', async () => {
    await deposits(store, 1, 350);
    await load(snapshots, 'before the upgrade');
    expect((await load(snapshots, 'after the upgrade')).read).toBe(350);
    expect(snapshots.saved).toHaveLength(2);
  });

  it('without end leaves one while it grows, and goes on from it at once', async () => {
    const endless = { ...escrow, isEndless: true } as const;
    const handler = new CommandHandler(
      store,
      { now: () => Date.parse(at) },
      { store: snapshots, shape: 'now' },
    );
    const send = async (command: Parameters<typeof escrow.decider.decide>[0], commandId: string) => {
      const actor = { type: 'user', id: 'user_01' } as const;
      await handler.send(endless, 'user_01', command, { commandId, correlationId: 'user_01', actor });
      await moment();
    };
    const account = {
      type: 'OpenEscrowAccount',
      userId: 'user_01',
      wallet: 'W',
      network: 'n',
      asset: 'a',
      at,
    } as const;
    await send(account, 'open');
    for (let n = 1; n < 3 * EVERY; n++)
      await send(
        { type: 'SubmitDeposit', signature: `s${n}`, amount: toMicros(1n), at, expiresAt: at },
        `deposit ${n}`,
      );
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([
      EVERY - 1,
      2 * EVERY - 1,
      3 * EVERY - 1,
    ]);
    await send(
      { type: 'SubmitDeposit', signature: 'last', amount: toMicros(1n), at, expiresAt: at },
      'the last deposit',
    );
    store.events = 0;
    const folder = new StreamFolder(store, { store: snapshots, shape: 'now' });
    const { state, revision } = await folder.fold(endless, STREAM);
    // the event the snapshot was taken after, and what came since
    expect([store.events, revision]).toEqual([2, 3 * EVERY]);
    expect(told(state)).toBe(await truth());
  });

  it('without end leaves one the sooner, the more its events hold', async () => {
    const size = LIMITS.snapshotBytes / 4;
    const folder = new StreamFolder(store, { store: snapshots, shape: 'now' });
    const log = { category: 'log', decider: { initial: 0, evolve: (n: number) => n + 1 }, isEndless: true };
    for (let revision = 0; revision < 9; revision++) {
      const now = { state: revision, revision, weight: size * (revision + 1), lastId: `e${revision}` };
      folder.grown(log as unknown as AnyAggregate, 'log-receipts', now);
      await moment();
    }
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([3, 7]);
  });

  it('goes on when a snapshot cannot be saved', async () => {
    await deposits(store, 1, 350);
    const full: SnapshotStore = {
      load: async () => undefined,
      save: () => Promise.reject(new Error('no room')),
    };
    expect((await load(full)).revision).toBe(349);
    expect((await load(full)).revision).toBe(349);
  });

  it('decides on it as on the events themselves', async () => {
    await deposits(store, 1, 350);
    await load();
    const handler = new CommandHandler(
      store,
      { now: () => Date.parse(at) },
      { store: snapshots, shape: 'now' },
    );
    const context = {
      commandId: 'c',
      correlationId: 'user_01',
      actor: { type: 'user', id: 'user_01' },
    } as const;
    const again = {
      type: 'SubmitDeposit',
      signature: 's7',
      amount: toMicros(7n),
      at,
      expiresAt: at,
    } as const;
    expect((await handler.send(escrow, 'user_01', again, context)).events).toEqual([]);
    const confirm = { type: 'ConfirmDeposit', signature: 's7', amount: toMicros(7n), slot: 1n } as const;
    const { events, revision } = await handler.send(escrow, 'user_01', confirm, {
      ...context,
      commandId: 'd',
    });
    expect([events.map(({ type }) => type), revision]).toEqual([['DepositConfirmed'], 350]);
  });
});
