import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { escrow } from '../commands/escrow/decide.js';
import type { Aggregate } from '../kernel/aggregate.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { DomainEvent } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from './command-handler.js';

const at = '2026-01-02T03:04:05.678Z';
const clock = { now: () => Date.parse(at) };
const WALLET = '1'.repeat(32);

let sent = 0;
const context = (commandId = `command-${++sent}`) => ({
  commandId,
  correlationId: 'wf_01',
  actor: { type: 'user', id: 'user_01' } as const,
});
const open = (wallet = WALLET) =>
  ({ type: 'OpenEscrowAccount', userId: 'user_01', wallet, network: 'n', asset: 'a', at }) as const;
const submit = (signature: string) =>
  ({ type: 'SubmitDeposit', signature, amount: toMicros(5n), at, expiresAt: at }) as const;

async function eventsOf(store: MemoryEventStore, stream: string) {
  const events = [];
  for await (const recorded of store.read(stream)) events.push(recorded);
  return events;
}
const typesOf = async (store: MemoryEventStore, stream: string) =>
  (await eventsOf(store, stream)).map(({ event }) => event.type);

/** On and off and on again: a state that comes back. */
const switchable: Aggregate<boolean, { type: 'on' | 'off' | 'never' }, DomainEvent> = {
  category: 'escrow',
  decider: {
    initial: false,
    decide: ({ type }, on) => {
      if (type === 'never') throw new Refusal('NEVER', 'That is never done.');
      if ((type === 'on') === on) return [];
      return type === 'on' ? [opened] : [expired];
    },
    evolve: (_on, { type }) => type === 'EscrowAccountOpened',
  },
};
const opened = {
  type: 'EscrowAccountOpened',
  v: 1,
  userId: 'user_01',
  wallet: WALLET,
  network: 'n',
  asset: 'a',
  openedAt: at,
} satisfies DomainEvent & Record<string, unknown>;
const expired = { type: 'HoldExpired', v: 1, holdId: 'hold_1', released: '0' } satisfies DomainEvent &
  Record<string, unknown>;

describe('a command', () => {
  it('is decided, appended with who sent it and why, and answered with where it went', async () => {
    const store = new MemoryEventStore();
    const { events, revision, position } = await new CommandHandler(store, clock).send(
      escrow,
      'user_01',
      open(),
      { ...context('c1'), causationId: 'call-1', traceparent: 'trace' },
    );
    const [stored] = await eventsOf(store, 'escrow-user_01');
    expect(stored?.metadata).toEqual({
      commandId: 'c1',
      correlationId: 'wf_01',
      causationId: 'call-1',
      actor: { type: 'user', id: 'user_01' },
      occurredAt: at,
      traceparent: 'trace',
    });
    expect([events.length, revision, position]).toEqual([1, 0, stored?.position]);
  });

  it('that has its effect already appends nothing, and has no position', async () => {
    const store = new MemoryEventStore();
    const handler = new CommandHandler(store, clock);
    await handler.send(escrow, 'user_01', open(), context());
    const { events, position, revision } = await handler.send(escrow, 'user_01', open(), context());
    expect([events, position, revision]).toEqual([[], undefined, 0]);
  });

  it('meets one from another process, and is decided again on what that one did', async () => {
    const store = new MemoryEventStore();
    const [one, other] = [new CommandHandler(store, clock), new CommandHandler(store, clock)];
    await one.send(escrow, 'user_01', open(), context());
    await other.load(escrow, 'user_01');
    await one.send(escrow, 'user_01', submit('S1'), context());
    const { revision } = await other.send(escrow, 'user_01', submit('S2'), context());
    expect(revision).toBe(2);
    await Promise.all(
      ['S3', 'S4', 'S5', 'S6'].flatMap((signature) =>
        [one, other].map((handler) => handler.send(escrow, 'user_01', submit(signature), context())),
      ),
    );
    expect(await typesOf(store, 'escrow-user_01')).toHaveLength(7);
  });

  it('is not refused for what a cached state no longer says', async () => {
    const store = new MemoryEventStore();
    const [one, other] = [new CommandHandler(store, clock), new CommandHandler(store, clock)];
    await expect(one.send(escrow, 'user_01', submit('S1'), context())).rejects.toThrow('no escrow account');
    await other.send(escrow, 'user_01', open(), context());
    await other.load(escrow, 'user_01');
    await one.send(escrow, 'user_01', submit('S1'), context());
    const confirm = { type: 'ConfirmDeposit', signature: 'S1', amount: toMicros(5n), slot: 1n } as const;
    // `other` has cached a state in which this deposit does not exist
    await expect(other.send(escrow, 'user_01', confirm, context())).resolves.toMatchObject({ revision: 2 });
  });

  it('that answers an event and finds nothing left to do asks nobody, once it knows that event', async () => {
    const store = new MemoryEventStore();
    const [one, other] = [new CommandHandler(store, clock), new CommandHandler(store, clock)];
    await one.send(switchable, 'user_01', { type: 'on' }, context());
    await other.send(switchable, 'user_01', { type: 'off' }, context());
    const answering = (revision: number) => ({
      ...context(),
      answers: { stream: 'escrow-user_01', revision },
    });
    // the first event is known to the one: on, as it was asked for, whatever came later
    expect((await one.send(switchable, 'user_01', { type: 'on' }, answering(0))).events).toEqual([]);
    // the second is not: what it knows is too old to say that nothing is left to do
    expect((await one.send(switchable, 'user_01', { type: 'on' }, answering(1))).events).toHaveLength(1);
  });

  it('gives up after a bounded number of conflicts, and may be tried again', async () => {
    class Contended extends MemoryEventStore {
      tries = 0;
      override async append(...[stream, events, expected]: Parameters<MemoryEventStore['append']>) {
        if (stream.startsWith('escrow-') && ++this.tries > 1)
          throw new Refusal('CONFLICT', 'Moved.', {}, 'retryable');
        return super.append(stream, events, expected);
      }
    }
    const store = new Contended();
    const handler = new CommandHandler(store, clock);
    await handler.send(escrow, 'user_01', open(), context());
    const failure = await handler.send(escrow, 'user_01', submit('S1'), context()).catch((e: unknown) => e);
    expect(isRefusal(failure, 'CONCURRENT_UPDATE') && failure.kind).toBe('retryable');
    expect(store.tries).toBe(1 + LIMITS.appendRetries + 1);
    expect(await typesOf(store, 'audit-2026-01-02')).toEqual([]);
  });

  it('sent again after the world moved on changes nothing, though it would decide anew', async () => {
    const store = new MemoryEventStore();
    const handler = new CommandHandler(store, clock);
    const first = context('switch-on');
    await handler.send(switchable, 'x', { type: 'on' }, first);
    await handler.send(switchable, 'x', { type: 'off' }, context());
    for (const each of [handler, new CommandHandler(store, clock)]) {
      const again = await each.send(switchable, 'x', { type: 'on' }, first);
      expect([again.events, again.state, again.position]).toEqual([[], false, undefined]);
    }
    expect(await typesOf(store, 'escrow-x')).toEqual(['EscrowAccountOpened', 'HoldExpired']);
    const anew = await handler.send(switchable, 'x', { type: 'on' }, context());
    expect(anew.revision).toBe(2);
  });

  it('sent twice with other content leads to what the first one stored, whoever sent the second', async () => {
    const store = new MemoryEventStore();
    const command = context('decided twice');
    const first = new CommandHandler(store, clock);
    // the second process has decided, and the first one writes before it
    const late = Object.assign(Object.create(store) as MemoryEventStore, {
      append: async (...args: Parameters<MemoryEventStore['append']>) => {
        await first.send(escrow, 'user_01', open('2'.repeat(32)), command);
        return store.append(...args);
      },
    });
    const second = new CommandHandler(late, clock);
    const sent = await second.send(escrow, 'user_01', open('3'.repeat(32)), command);
    expect(sent.state).toMatchObject({ wallet: '2'.repeat(32) });
    expect((await second.load(escrow, 'user_01', 0)).state).toMatchObject({ wallet: '2'.repeat(32) });
    expect(await typesOf(store, 'escrow-user_01')).toEqual(['EscrowAccountOpened']);
  });

  it('whose append succeeded without an answer is found again when it is repeated', async () => {
    class Deaf extends MemoryEventStore {
      deaf = true;
      override async append(...args: Parameters<MemoryEventStore['append']>) {
        const appended = await super.append(...args);
        if (this.deaf) throw new Error('connection lost');
        return appended;
      }
    }
    const store = new Deaf();
    const handler = new CommandHandler(store, clock);
    const command = context();
    await expect(handler.send(escrow, 'user_01', open(), command)).rejects.toThrow('connection lost');
    store.deaf = false;
    await expect(handler.send(escrow, 'user_01', open(), command)).resolves.toMatchObject({ revision: 0 });
    await handler.send(escrow, 'user_01', submit('S1'), context());
    expect(await typesOf(store, 'escrow-user_01')).toEqual(['EscrowAccountOpened', 'DepositSubmitted']);
  });

  it('whose events are not storable is not stored', async () => {
    const store = new MemoryEventStore();
    const bad = { ...open(), wallet: 'W'.repeat(1_000) };
    await expect(new CommandHandler(store, clock).send(escrow, 'user_01', bad, context())).rejects.toThrow();
    expect(await typesOf(store, 'escrow-user_01')).toEqual([]);
  });
});

describe('a refusal', () => {
  it('is recorded in the audit stream of the day, once, and changes nothing else', async () => {
    const store = new MemoryEventStore();
    const handler = new CommandHandler(store, clock);
    const command = context('refused');
    for (let again = 0; again < 2; again++)
      await expect(handler.send(escrow, 'user_01', submit('S1'), command)).rejects.toMatchObject({
        code: 'ESCROW_NOT_OPEN',
      });
    const audit = await eventsOf(store, 'audit-2026-01-02');
    expect(audit.map(({ event }) => event)).toEqual([
      {
        type: 'CommandRejected',
        v: 1,
        category: 'escrow',
        aggregateId: 'user_01',
        command: 'SubmitDeposit',
        code: 'ESCROW_NOT_OPEN',
        message: 'There is no escrow account yet. Create one first.',
      },
    ]);
    expect(audit[0]?.metadata).toMatchObject({ commandId: 'refused', causationId: 'refused' });
    expect(await typesOf(store, 'escrow-user_01')).toEqual([]);
  });

  it('is told as it is to who repeats a command that was accepted once', async () => {
    const store = new MemoryEventStore();
    const handler = new CommandHandler(store, clock);
    await handler.send(switchable, 'x', { type: 'on' }, context('same'));
    await expect(handler.send(switchable, 'x', { type: 'never' }, context('same'))).rejects.toMatchObject({
      code: 'NEVER',
    });
    expect(await typesOf(store, 'audit-2026-01-02')).toEqual(['CommandRejected']);
  });

  it('on another day is recorded there too', async () => {
    const store = new MemoryEventStore();
    const days = { now: () => Date.parse(at) };
    const handler = new CommandHandler(store, days);
    const command = context('daily');
    const refused = () => handler.send(switchable, 'x', { type: 'never' }, command).catch(() => undefined);
    await refused();
    days.now = () => Date.parse(at) + 86_400_000;
    await refused();
    expect(await typesOf(store, 'audit-2026-01-02')).toEqual(['CommandRejected']);
    expect(await typesOf(store, 'audit-2026-01-03')).toEqual(['CommandRejected']);
  });
});
