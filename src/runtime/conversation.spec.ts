import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { escrow } from '../commands/escrow/decide.js';
import type { EscrowState } from '../commands/escrow/state.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from './command-handler.js';

const at = '2026-01-02T03:04:05.678Z';
const clock = { now: () => Date.parse(at) };
const context = (commandId: string) => ({
  commandId,
  correlationId: 'wf_01',
  actor: { type: 'user', id: 'user_01' } as const,
});
const wallet = '1'.repeat(32);
const opening = {
  command: { type: 'OpenEscrowAccount', userId: 'user_01', wallet, network: 'n', asset: 'a', at },
  context: context('open'),
} as const;
const deposit = (signature: string) =>
  ({
    command: { type: 'SubmitDeposit', signature, amount: toMicros(5n), at, expiresAt: at },
    context: context(signature),
  }) as const;

/** Opens the account, then submits two deposits, each asked for from the state before it. */
const openAndSubmit = async (state: EscrowState) => {
  if (state.status === 'unopened') return opening;
  const submitted = state.deposits.size;
  return submitted < 2 ? deposit(`S${submitted}`) : undefined;
};

const stored = async (store: MemoryEventStore) => {
  const events = [];
  for await (const { event, metadata } of store.read('escrow-user_01'))
    events.push([event.type, metadata.commandId]);
  return events;
};

describe('a conversation', () => {
  it('is one append, and each event says which command it comes from', async () => {
    const store = new MemoryEventStore();
    let appends = 0;
    const counted = Object.assign(Object.create(store) as MemoryEventStore, {
      append: (...args: Parameters<MemoryEventStore['append']>) => {
        appends++;
        return store.append(...args);
      },
    });
    const said = await new CommandHandler(counted, clock).converse(escrow, 'user_01', openAndSubmit);
    expect([appends, said.revision, said.events.length]).toEqual([1, 2, 3]);
    expect(await stored(store)).toEqual([
      ['EscrowAccountOpened', 'open'],
      ['DepositSubmitted', 'S0'],
      ['DepositSubmitted', 'S1'],
    ]);
  });

  it('is held again on the newest state when somebody else wrote meanwhile', async () => {
    const store = new MemoryEventStore();
    const [here, elsewhere] = [new CommandHandler(store, clock), new CommandHandler(store, clock)];
    let interrupted = false;
    await here.converse(escrow, 'user_01', async (state) => {
      if (!interrupted) await elsewhere.send(escrow, 'user_01', opening.command, opening.context);
      interrupted = true;
      return openAndSubmit(state);
    });
    expect((await stored(store)).map(([type]) => type)).toEqual([
      'EscrowAccountOpened',
      'DepositSubmitted',
      'DepositSubmitted',
    ]);
  });

  it('that finds all of it done says nothing, and one of a new id reads nothing first', async () => {
    const store = new MemoryEventStore();
    await new CommandHandler(store, clock).converse(escrow, 'user_01', openAndSubmit, true);
    const again = await new CommandHandler(store, clock).converse(escrow, 'user_01', openAndSubmit);
    expect([again.events, again.position]).toEqual([[], undefined]);
    expect(await stored(store)).toHaveLength(3);
  });

  it('keeps what was said before a refusal, and the refusal is audited', async () => {
    const store = new MemoryEventStore();
    const handler = new CommandHandler(store, clock);
    const later = '2026-01-03T03:04:05.678Z';
    const tooMuch = {
      type: 'PlaceHold',
      holdId: 'h',
      amount: toMicros(9n),
      purpose: 'wf_01',
      at,
      expiresAt: later,
    } as const;
    const talk = handler.converse(escrow, 'user_01', async (state) =>
      state.status === 'unopened' ? opening : { command: tooMuch, context: context('hold') },
    );
    await expect(talk).rejects.toMatchObject({ code: 'INSUFFICIENT_ESCROW' });
    expect((await stored(store)).map(([type]) => type)).toEqual(['EscrowAccountOpened']);
    const audited = [];
    for await (const { event } of store.readAll({ filter: { categories: ['audit'] } })) audited.push(event);
    expect(audited).toMatchObject([
      { type: 'CommandRejected', command: 'PlaceHold', code: 'INSUFFICIENT_ESCROW' },
    ]);
  });
});
