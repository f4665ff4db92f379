import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSolanaRpc, type Signature } from '@solana/kit';
import { MemoAnchor } from '../../src/adapters/solana/memo-anchor.js';
import { readTransaction } from '../../src/adapters/solana/read-transaction.js';
import { LOG_ID, receiptLog } from '../../src/commands/receipt-log/decide.js';
import type { ReceiptLogEvent } from '../../src/events/receipt-log.js';
import { LogAnchor } from '../../src/transparency/log-anchor.js';
import { AT, by, FINAL, type PayingHouse, payingHouse, TOO_LATE } from '../kit/money-out.js';

const log = { info() {}, warn() {}, error() {} };

let house: PayingHouse;
beforeEach(async () => {
  house = await payingHouse();
  const leaves = [1, 2, 3].map((n) => ({ receiptId: `rcpt_${n}r1`, statement: String(n).repeat(64) }));
  const append = { type: 'AppendLeaves', after: null, upTo: 'p3', leaves, at: AT } as const;
  await house.handler.send(receiptLog, LOG_ID, append, by('append'));
});
afterEach(() => house.close());

function anchor(): LogAnchor {
  const { chain, signer, sender, handler, clock } = house;
  const memos = new MemoAnchor({ rpcUrl: chain.rpcUrl, network: chain.network, signer, sender });
  return new LogAnchor(handler, memos, 'example.org/log', 1, clock, log);
}

async function events(): Promise<readonly ReceiptLogEvent[]> {
  const all: ReceiptLogEvent[] = [];
  for await (const { event } of house.store.read(`log-${LOG_ID}`)) all.push(event as ReceiptLogEvent);
  return all.filter(({ type }) => type !== 'LogLeavesAppended');
}

describe('the head of the log', () => {
  it('stands on the chain as a memo, once, and the record says where', async () => {
    for (let looks = 0; looks < 3; looks++) await anchor().step();
    house.chain.skipSlots(FINAL);
    for (let looks = 0; looks < 3; looks++) await anchor().step();
    const [prepared, anchored, ...more] = await events();
    expect([prepared?.type, anchored?.type, more]).toEqual([
      'LogAnchorPrepared',
      'LogCheckpointAnchored',
      [],
    ]);
    if (anchored?.type !== 'LogCheckpointAnchored') throw new Error('not anchored');
    const rpc = createSolanaRpc(house.chain.rpcUrl);
    const found = await rpc
      .getTransaction(anchored.signature as Signature, {
        commitment: 'finalized',
        encoding: 'base64',
        maxSupportedTransactionVersion: 0,
      })
      .send();
    expect(found?.slot).toBe(BigInt(anchored.slot));
    expect(readTransaction(found!.transaction[0]).memos).toEqual([
      `quittance-log/1 example.org/log 3 ${anchored.root}`,
    ]);
    const signed = await rpc
      .getSignaturesForAddress(house.signer.address, { commitment: 'finalized' })
      .send();
    expect(signed.filter(({ memo }) => memo?.includes('quittance-log/1'))).toHaveLength(1);
  });

  it('is signed anew when the chain can no longer take what was signed, and not before', async () => {
    await anchor().step(); // signed and recorded, then the process died
    house.chain.skipSlots(TOO_LATE);
    for (let looks = 0; looks < 3; looks++) await anchor().step();
    house.chain.skipSlots(FINAL);
    await anchor().step();
    expect((await events()).map(({ type }) => type)).toEqual([
      'LogAnchorPrepared',
      'LogAnchorLapsed',
      'LogAnchorPrepared',
      'LogCheckpointAnchored',
    ]);
  });
});
