import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { LOG_ID, receiptLog } from '../commands/receipt-log/decide.js';
import type { DomainEvent } from '../kernel/event.js';
import type { AnchorSender } from '../ports/anchor.js';
import type { Fate } from '../ports/transfers.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { LogAnchor } from './log-anchor.js';

const clock = { now: () => Date.parse('2026-01-02T03:04:05.678Z') };
const log = { info() {}, warn() {}, error() {} };

/** A chain that takes what is sent when it is told to. */
class Chain implements AnchorSender {
  readonly network = 'solana:x';
  readonly signed: string[] = [];
  readonly sent: string[] = [];
  answer: Fate = { status: 'pending' };

  async prepareMemo(memo: string) {
    this.signed.push(memo);
    const signature = String(this.signed.length).repeat(88);
    return { transaction: 'AQID', signature, lastValidBlockHeight: 150n, slot: 40n };
  }
  async broadcast({ signature }: { readonly signature: string }) {
    this.sent.push(signature[0]!);
  }
  fate = async () => this.answer;
}

async function logOf(store: MemoryEventStore, ...ids: number[]): Promise<CommandHandler> {
  const dispatch = new CommandHandler(store, clock);
  const { state } = await dispatch.load(receiptLog, LOG_ID);
  const leaves = ids.map((id) => ({ receiptId: `rcpt_${id}`, statement: String(id).repeat(64) }));
  const append = { type: 'AppendLeaves', after: state.upTo, upTo: `p${ids.at(-1)}`, leaves } as const;
  const context = {
    commandId: `append ${ids}`,
    correlationId: LOG_ID,
    actor: { type: 'worker', id: 'x' },
  } as const;
  await dispatch.send(receiptLog, LOG_ID, { ...append, at: '2026-01-02T03:04:05.678Z' }, context);
  return dispatch;
}

const anchorOn = (store: MemoryEventStore, chain: Chain) =>
  new LogAnchor(new CommandHandler(store, clock), chain, 'example.org/log', 1, clock, log);

async function types(store: MemoryEventStore): Promise<string[]> {
  const all: DomainEvent[] = [];
  for await (const { event } of store.read(`log-${LOG_ID}`)) all.push(event);
  return all.map(({ type }) => type).filter((type) => type !== 'LogLeavesAppended');
}

describe('anchoring the log', () => {
  it('says its head once, after it is on record what is sent', async () => {
    const [store, chain] = [new MemoryEventStore(), new Chain()];
    await logOf(store, 1, 2);
    const anchor = anchorOn(store, chain);
    expect(await anchor.step()).toBe(true);
    expect([chain.sent, await types(store)]).toEqual([[], ['LogAnchorPrepared']]);
    await anchor.step();
    chain.answer = { status: 'finalized', slot: 42n };
    expect(await anchor.step()).toBe(false);
    expect(await anchor.step()).toBe(false);
    expect(await types(store)).toEqual(['LogAnchorPrepared', 'LogCheckpointAnchored']);
    expect(chain.signed).toEqual([
      expect.stringMatching(/^quittance-log\/1 example\.org\/log 2 [0-9a-f]{64}$/),
    ]);
  });

  it('sends the same bytes again after a crash at any point, and signs nothing new', async () => {
    const [store, chain] = [new MemoryEventStore(), new Chain()];
    await logOf(store, 1);
    for (let life = 0; life < 4; life++) await anchorOn(store, chain).step();
    expect([chain.signed.length, chain.sent]).toEqual([1, ['1', '1', '1']]);
    chain.answer = { status: 'finalized', slot: 42n };
    await anchorOn(store, chain).step();
    await anchorOn(store, chain).step();
    expect(await types(store)).toEqual(['LogAnchorPrepared', 'LogCheckpointAnchored']);
  });

  it('signs anew only once the chain says that the first can never land', async () => {
    const [store, chain] = [new MemoryEventStore(), new Chain()];
    await logOf(store, 1);
    const anchor = anchorOn(store, chain);
    await anchor.step();
    chain.answer = { status: 'expired', height: 200n };
    await anchor.step();
    expect(chain.signed.length).toBe(1);
    await anchor.step();
    expect(chain.signed.length).toBe(2);
    expect(await types(store)).toEqual(['LogAnchorPrepared', 'LogAnchorLapsed', 'LogAnchorPrepared']);
  });

  it('has nothing to say of an empty log, nor again of one that did not grow', async () => {
    const [store, chain] = [new MemoryEventStore(), new Chain()];
    expect(await anchorOn(store, chain).step()).toBe(false);
    await logOf(store, 1);
    chain.answer = { status: 'finalized', slot: 42n };
    const anchor = anchorOn(store, chain);
    for (let i = 0; i < 4; i++) await anchor.step();
    expect(chain.signed.length).toBe(1);
    await logOf(store, 2);
    for (let i = 0; i < 4; i++) await anchor.step();
    expect(chain.signed.length).toBe(2);
  });

  it('is done by one of two processes that try at the same time', async () => {
    const [store, chain] = [new MemoryEventStore(), new Chain()];
    await logOf(store, 1);
    await Promise.allSettled([anchorOn(store, chain).step(), anchorOn(store, chain).step()]);
    expect(await types(store)).toEqual(['LogAnchorPrepared']);
  });
});
