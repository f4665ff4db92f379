import { describe, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import { naiveRoot } from '../../../test/kit/naive-tree.js';
import type { ReceiptLogEvent } from '../../events/receipt-log.js';
import { entryOf, receiptHash } from '../../kernel/log/entry.js';
import { receiptLogDecider } from './decide.js';

const at = '2026-01-02T03:04:05.678Z';
const given = (...history: ReceiptLogEvent[]) => givenHistory(receiptLogDecider, history);
const leaf = (n: number) => ({ receiptId: `rcpt_${n}`, statement: n.toString(16).padStart(64, '0') });
const rootOf = (...ns: number[]) =>
  Buffer.from(
    naiveRoot(ns.map(leaf).map(({ receiptId, statement }) => entryOf(receiptHash(receiptId), statement))),
  ).toString('hex');

const appended = (
  first: number,
  ns: readonly number[],
  upTo: string,
  all: readonly number[],
): ReceiptLogEvent => ({
  type: 'LogLeavesAppended',
  v: 1,
  first,
  leaves: ns.map(leaf),
  root: rootOf(...all),
  upTo,
  appendedAt: at,
});
const append = (after: string | null, upTo: string, ...ns: number[]) =>
  ({ type: 'AppendLeaves', after, upTo, leaves: ns.map(leaf), at }) as const;

const some = appended(0, [1, 2, 3], 'p3', [1, 2, 3]);
const more = appended(3, [4, 5], 'p7', [1, 2, 3, 4, 5]);
const chain = {
  network: 'solana:x',
  memo: 'm',
  transaction: 'AQID',
  lastValidBlockHeight: '150',
  slot: '40',
};
const signature = '5'.repeat(88);
const other = '6'.repeat(88);
const head = { size: 3, root: rootOf(1, 2, 3) };
const prepare = { type: 'PrepareAnchor', ...head, ...chain, signature, at } as const;
const prepared: ReceiptLogEvent = {
  type: 'LogAnchorPrepared',
  v: 1,
  ...head,
  ...chain,
  signature,
  preparedAt: at,
};
const record = { type: 'RecordAnchored', signature, slot: 42n, at } as const;
const anchored: ReceiptLogEvent = {
  type: 'LogCheckpointAnchored',
  v: 1,
  ...head,
  network: 'solana:x',
  memo: 'm',
  signature,
  slot: '42',
  anchoredAt: at,
};
const lapse = { type: 'RecordAnchorLapsed', signature, reason: 'It is too old.' } as const;
const lapsed: ReceiptLogEvent = {
  type: 'LogAnchorLapsed',
  v: 1,
  size: 3,
  signature,
  reason: 'It is too old.',
};

describe('the log of receipts', () => {
  it('begins', () =>
    given()
      .when(append(null, 'p3', 1, 2, 3))
      .then([some]));

  it('goes on where it ended, with the root of the definition', () =>
    given(some)
      .when(append('p3', 'p7', 4, 5))
      .then([more]));

  it('takes leaves once that are sent twice', () =>
    given(some)
      .when(append(null, 'p3', 1, 2, 3))
      .thenNothing());

  it('takes nothing from a writer that did not see its last append', () => {
    given(some, more)
      .when(append('p3', 'p9', 4, 5, 6))
      .refuses('LOG_MOVED_ON', { size: 5, upTo: 'p7' });
    given(some)
      .when(append(null, 'p4', 1, 2, 3, 4))
      .refuses('LOG_MOVED_ON', { size: 3, upTo: 'p3' });
    given()
      .when(append('p3', 'p7', 4))
      .refuses('LOG_MOVED_ON', { size: 0, upTo: null });
  });

  it('takes no receipt twice, no empty piece, and none that is too large', () => {
    given()
      .when(append(null, 'p1', 1, 1))
      .refuses('LEAVES_INVALID', { leaves: 2, limit: 256 });
    given().when(append(null, 'p1')).refuses('LEAVES_INVALID');
    given()
      .when(append(null, 'p1', ...Array.from({ length: 257 }, (_, i) => i)))
      .refuses('LEAVES_INVALID', { leaves: 257, limit: 256 });
  });
});

describe('an anchor of the log', () => {
  it('is prepared for the head, before anything is sent', () => given(some).when(prepare).then([prepared]));

  it('is prepared for no other head', () => {
    given(some, more).when(prepare).refuses('LOG_MOVED_ON');
    given(some)
      .when({ ...prepare, root: rootOf(1) })
      .refuses('LOG_MOVED_ON');
  });

  it('waits for the one before it', () =>
    given(some, prepared, more)
      .when({ ...prepare, size: 5, root: rootOf(1, 2, 3, 4, 5), signature: other })
      .refuses('ANCHOR_PENDING', { size: 3, signature }));

  it('is recorded once', () => {
    given(some, prepared).when(record).then([anchored]);
    given(some, prepared, anchored).when(record).thenNothing();
    given(some, prepared, lapsed).when(record).thenNothing();
  });

  it('is made once for one head', () =>
    given(some, prepared, anchored)
      .when({ ...prepare, signature: other })
      .thenNothing());

  it('lapses when it can no longer land, and may be prepared again', () => {
    given(some, prepared).when(lapse).then([lapsed]);
    given(some, prepared, anchored).when(lapse).thenNothing();
    given(some, prepared, lapsed)
      .when({ ...prepare, signature: other })
      .then([{ ...prepared, type: 'LogAnchorPrepared', signature: other } as ReceiptLogEvent]);
  });
});
