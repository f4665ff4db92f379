import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApiKeyCommand } from '../../src/commands/api-key/commands.js';
import { apiKey } from '../../src/commands/api-key/decide.js';
import type { BatchCommand } from '../../src/commands/batch/commands.js';
import { batch } from '../../src/commands/batch/decide.js';
import type { DepositCommand } from '../../src/commands/deposit/commands.js';
import { deposit } from '../../src/commands/deposit/decide.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { ReceiptCommand } from '../../src/commands/receipt/commands.js';
import { receipt } from '../../src/commands/receipt/decide.js';
import type { UserCommand } from '../../src/commands/user/commands.js';
import { user } from '../../src/commands/user/decide.js';
import { eventCatalogue } from '../../src/events/catalogue.js';
import type { EscrowEvent } from '../../src/events/escrow.js';
import type { PaymentEvent } from '../../src/events/payment.js';
import { withdrawalEvents } from '../../src/events/withdrawal.js';
import type { Decider } from '../../src/kernel/decider.js';
import type { DomainEvent } from '../../src/kernel/event.js';
import { toMicros } from '../../src/kernel/money.js';
import { carryOut } from '../kit/carry-out.js';

/** Few values, so that random commands meet: the same hold twice, a payment of two holds, a time before another. */
const among = <const T>(...values: T[]) => fc.constantFrom(...values);
const micros = (max: number) => fc.integer({ min: 0, max }).map((n) => toMicros(BigInt(n)));
const time = among('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z');
const attempt = among(1, 2, 3);
const message = fc.constant('It did not work.');

const depositAmount = among(8, 8, 9).map((n) => toMicros(BigInt(n)));

const escrowCommand: fc.Arbitrary<EscrowCommand> = fc.oneof(
  fc.record({
    type: among('OpenEscrowAccount'),
    userId: among('user_1'),
    wallet: among('W1', 'W2'),
    network: among('solana:x'),
    asset: among('USDC'),
    at: time,
  }),
  fc.record({
    type: among('SubmitDeposit'),
    signature: among('S1', 'S2', 'S3'),
    amount: depositAmount,
    at: time,
    expiresAt: time,
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: among('ConfirmDeposit'),
      signature: among('S1', 'S2', 'S3'),
      amount: depositAmount,
      slot: fc.bigInt(0n, 9n),
    }),
  },
  fc.record({ type: among('RejectDeposit'), signature: among('S1', 'S2'), code: among('LATE'), message }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: among('PlaceHold'),
      holdId: among('hold_1', 'hold_2', 'hold_3'),
      amount: micros(12),
      purpose: among('wf_1'),
      at: among('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
      expiresAt: among('2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'),
    }),
  },
  // rarely covered by what is available, and those after it rarely possible
  {
    weight: 3,
    arbitrary: fc.record({
      type: among('ExtendHold', 'RenewHold'),
      holdId: among('hold_1', 'hold_2', 'hold_3'),
      amount: micros(14),
      at: among('2026-01-01T00:00:00.000Z'),
      expiresAt: among('2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: among('CaptureHold'),
      holdId: among('hold_1', 'hold_2', 'hold_3'),
      paymentId: among('pay_1', 'pay_2', 'pay_3'),
      amount: micros(5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: among('SplitHold'),
      holdId: among('hold_2', 'hold_3'),
      from: among('hold_1', 'hold_2'),
      amount: micros(6),
      purpose: among('wf_2'),
      at: among('2026-01-01T00:00:00.000Z'),
      expiresAt: among('2026-01-02T00:00:00.000Z'),
    }),
  },
  fc.record({ type: among('ReduceHold'), holdId: among('hold_1', 'hold_2', 'hold_3'), keep: micros(6) }),
  fc.record({ type: among('ReleaseHold'), holdId: among('hold_1', 'hold_2', 'hold_3') }),
  fc.record({ type: among('ExpireHold'), holdId: among('hold_1', 'hold_2'), at: time }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: among('CreditRefund'),
      paymentId: among('pay_1', 'pay_2', 'pay_3'),
      signature: among('S8', 'S9'),
      amount: micros(4),
    }),
  },
  fc.record({ type: among('FreezeAccount'), reason: among('R1', 'R2'), at: time }),
  { weight: 3, arbitrary: fc.record({ type: among('UnfreezeAccount'), reason: among('R1'), at: time }) },
);

/** mostly the same, or no bytes would ever be signed for what is authorized; 5 is above any ceiling */
const asked = among(1n, 1n, 1n, 5n).map((amount) => toMicros(amount));

const paymentCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc.record({
    type: among('RecordQuote'),
    paymentId: among('pay_1'),
    workflowId: among('wf_1'),
    runNo: among(1),
    stepId: among('step_1'),
    userId: among('user_1'),
    holdId: among('hold_1'),
    serviceId: among('svc_1'),
    dialect: among('x402-v2'),
    scheme: among('exact'),
    network: among('solana:x'),
    asset: among('USDC'),
    payTo: among('P1', 'P1', 'P2'),
    amount: asked,
  }),
  fc.record({
    type: among('AuthorizePayment'),
    planHash: among('a'.repeat(64)),
    ceiling: micros(4),
    approved: fc.record({ payTo: among('P1'), asset: among('USDC'), network: among('solana:x') }),
  }),
  fc.record({
    type: among('PreparePayment'),
    attempt,
    payTo: among('P1', 'P1', 'P1', 'P2'),
    amount: asked,
    header: among('h1', 'h2'),
    memo: among('m'),
    blockhash: among('b'),
    lastValidBlockHeight: fc.bigInt(0n, 9n),
    watermark: among(null, 'S0'),
  }),
  fc.record({ type: among('SubmitPayment'), attempt }),
  fc.record({
    type: among('ConfirmPayment'),
    attempt,
    signature: among('S1', 'S2'),
    slot: fc.bigInt(0n, 9n),
  }),
  fc.record({ type: among('FailPayment'), attempt, code: among('PAYMENT_EXPIRED'), message }),
  fc.record({ type: among('RecordDelivery'), answerHash: among('c'.repeat(64), 'd'.repeat(64)) }),
  fc.record({ type: among('RecordNonDelivery'), code: among('PAYMENT_UNDELIVERED'), message }),
  fc.record({ type: among('RequestRefund'), at: time }),
  fc.record({
    type: among('ConfirmRefund'),
    signature: among('S8', 'S9'),
    slot: fc.bigInt(0n, 9n),
    amount: micros(4),
  }),
  fc.record({ type: among('RejectRefund'), code: among('REFUND_NOT_RECEIVED'), message }),
  fc.record({ type: among('ClosePayment'), workflowId: among('wf_1'), runNo: among(1) }),
);

const document = { sha256: 'e'.repeat(64), size: 1, mediaType: 'application/json' };
const circuit = { circuitId: among('c16', 'c16', 'c64'), circuitVersion: among('1') };
const documentHash = among('a'.repeat(64), 'b'.repeat(64));

const receiptCommand: fc.Arbitrary<ReceiptCommand> = fc.oneof(
  fc.record({
    type: among('IssueReceipt'),
    receiptId: among('rcpt_1'),
    workflowId: among('wf_1'),
    runNo: among(1),
    userId: among('user_1'),
    outcome: among('completed', 'completed', 'failed'),
    level: among('zero-knowledge', 'zero-knowledge', 'basic'),
    workflowHash: among('1', null),
    resultsRoot: among('2'),
    finalResultHash: among('3'),
    totalCost: micros(2),
    documentHash,
    document: fc.constant(document),
    keyId: among('k'),
    at: time,
  }),
  fc.record({ type: among('RequestProof'), ...circuit }),
  fc.record({
    type: among('RecordWorkflowProof'),
    ...circuit,
    publicSignals: among(['1'], ['2']),
    vkeyHash: among('f'.repeat(64)),
    keyKind: among('development'),
    document: fc.constant(document),
    documentHash,
    provingMs: fc.nat(),
  }),
  fc.record({ type: among('FailProof'), code: among('PROVER_LOST'), message, final: fc.boolean() }),
  fc.record({ type: among('RecordVerification'), verifier: among('self', 'x'), valid: fc.boolean() }),
  fc.record({ type: among('ShareReceipt'), shared: fc.boolean() }),
  fc.record({ type: among('RevokeReceipt'), reason: among('Wrong.', 'Stolen.'), at: time }),
  fc.record({ type: among('UpgradeReceipt'), level: among('zero-knowledge'), ...circuit }),
);

const someRoles = fc.array(among('user', 'operator'), { maxLength: 3 });

const userCommand: fc.Arbitrary<UserCommand> = fc.oneof(
  fc.record({
    type: among('RegisterUser'),
    userId: among('user_1', 'user_1', 'user_2'),
    roles: someRoles,
    at: time,
  }),
  fc.record({ type: among('LinkWallet'), wallet: among('W1', 'W2') }),
  fc.record({ type: among('UnlinkWallet'), wallet: among('W1', 'W2') }),
  fc.record({ type: among('ChangeRoles'), roles: someRoles }),
  fc.record({ type: among('EraseUser'), at: time }),
);

const keyHash = among('a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64));

const apiKeyCommand: fc.Arbitrary<ApiKeyCommand> = fc.oneof(
  fc.record(
    {
      type: among('IssueApiKey'),
      keyId: among('key_1'),
      userId: among('user_1'),
      hash: keyHash,
      prefix: among('qk_1'),
      name: among('laptop'),
      at: time,
      expiresAt: time,
    },
    { requiredKeys: ['type', 'keyId', 'userId', 'hash', 'prefix', 'name', 'at'] },
  ),
  fc.record({
    type: among('RotateApiKey'),
    hash: keyHash,
    prefix: among('qk_2'),
    at: time,
    graceUntil: time,
  }),
  fc.record({ type: among('RevokeApiKey'), at: time }),
);

const depositCommand: fc.Arbitrary<DepositCommand> = fc.record({
  type: among('ClaimDeposit'),
  signature: among('S1'),
  userId: among('user_1', 'user_2'),
});

const piece = { sha256: 'c'.repeat(64), size: 9, mediaType: 'application/json' };
const item = fc.integer({ min: 0, max: 30 });
const batchCommand: fc.Arbitrary<BatchCommand> = fc.oneof(
  fc.record({
    type: among('CreateBatch'),
    at: time,
    batchId: among('bat_1'),
    userId: among('user_1'),
    template: among(piece),
    pieces: among([piece, piece, piece]),
    pieceSize: among(10),
    count: among(25),
    priority: among('low'),
  }),
  fc.record({
    type: among('RecordItemsCreated'),
    from: item,
    to: item,
    refused: fc.array(fc.record({ index: item, code: among('KEY_DESTROYED'), message }), { maxLength: 3 }),
  }),
  fc.record({ type: among('CancelBatch'), at: time, by: among('user_1', 'user_2') }),
  fc.record({ type: among('RecordItemsCancelled'), to: item }),
);

const bytesOf = (memo: string) => ({
  header: `h ${memo}`,
  memo,
  blockhash: 'b',
  lastValidBlockHeight: 9n,
  watermark: null,
});
const quotedToWallet = {
  type: 'RecordQuote',
  ...{ paymentId: 'pay_1', workflowId: 'wf_1', runNo: 1, stepId: 'step_1', userId: 'user_1' },
  ...{ payer: 'W1', serviceId: 'svc_1', network: 'solana:x', asset: 'USDC', payTo: 'P1' },
  dialect: 'x402-v2',
  scheme: 'exact',
  amount: toMicros(1n),
} as const;
const mostlyFirst = among(1, 1, 1, 2);
const clientSignedCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  among<PaymentCommand>(quotedToWallet, {
    type: 'AuthorizePayment',
    planHash: 'a'.repeat(64),
    ceiling: toMicros(1n),
    approved: { payTo: 'P1', asset: 'USDC', network: 'solana:x' },
  }),
  fc
    .record({ attempt: mostlyFirst, memo: among('m1', 'm2'), payTo: among('P1', 'P1', 'P2') })
    .map(({ attempt: at, memo, payTo }) => ({
      type: 'RequestSignature' as const,
      at: '2026-01-01T00:00:00.000Z',
      ...{ attempt: at, payTo, amount: toMicros(1n) },
      ...bytesOf(memo),
    })),
  fc.record({
    type: among('SignPayment'),
    at: among('2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z'),
    attempt: mostlyFirst,
    header: among('signed 1', 'signed 2'),
  }),
  fc.record({
    type: among('WithdrawSignatureRequest'),
    attempt: mostlyFirst,
    code: among('PAYMENT_NOT_SIGNED'),
    message,
  }),
  fc.record({ type: among('SubmitPayment'), attempt: mostlyFirst }),
  fc.record({
    type: among('ConfirmPayment'),
    attempt: mostlyFirst,
    signature: among('s1', 's2'),
    slot: fc.constant(1n),
  }),
  fc.record({ type: among('FailPayment'), attempt: mostlyFirst, code: among('PAYMENT_EXPIRED'), message }),
);

/**
 * Runs random sequences and checks that they reached every event the aggregate has: a property over commands
 * that were all refused would hold of anything.
 */
function forAnySequence<State, Command, Event extends DomainEvent>(
  { category, decider }: { category: keyof typeof eventCatalogue; decider: Decider<State, Command, Event> },
  command: fc.Arbitrary<Command>,
  afterEach?: (state: State, history: readonly Event[]) => void,
  numRuns = 300,
  /** event types that another property reaches */
  elsewhere: readonly string[] = [],
): void {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60, size: 'max' }), (commands) => {
      for (const event of carryOut(decider, commands, afterEach)) reached.add(event.type);
    }),
    { numRuns, seed: 20260102 },
  );
  const expected = eventCatalogue[category].map(({ type }) => type as string);
  expect([...reached].sort()).toEqual(expected.filter((type) => !elsewhere.includes(type)).sort());
}

describe('any sequence of commands: a repeat yields nothing, every event is storable', () => {
  it('of a deposit claim', () => forAnySequence(deposit, depositCommand));
  it('of a batch, which handles each item once and in order', () =>
    forAnySequence(batch, batchCommand, (state, history) => {
      let handled = 0;
      for (const event of history) {
        if (event.type !== 'BatchItemsCreated') continue;
        expect(event.from).toBe(handled);
        expect(event.to).toBeGreaterThan(handled);
        handled = event.to;
      }
      if (state.status !== 'none') expect(state.handled).toBeLessThanOrEqual(state.created.count);
    }));
  it('of a receipt', () => forAnySequence(receipt, receiptCommand));
  it('of a user', () => forAnySequence(user, userCommand));
  it('of an API key', () => forAnySequence(apiKey, apiKeyCommand));

  it('of an escrow account, which always balances and is never overdrawn', () =>
    forAnySequence(
      escrow,
      escrowCommand,
      (state, history) => {
        const { available, captured, held, overdrawnHolds } = booksOf(history);
        expect(overdrawnHolds).toEqual([]);
        expect(available).toBeGreaterThanOrEqual(0n);
        if (state.status === 'open')
          expect([availableOf(state), state.captured, state.held]).toEqual([available, captured, held]);
      },
      // a hold that is extended and covered is rare
      1_000,
      withdrawalEvents.map(({ type }) => type),
    ));

  it('of a payment, which settles at most once and never above its ceiling', () =>
    forAnySequence(
      payment,
      paymentCommand,
      (_state, history) => {
        for (const once of ['PaymentConfirmed', 'RefundConfirmed'])
          expect(history.filter(({ type }) => type === once).length).toBeLessThanOrEqual(1);
        const closed = history.findIndex(({ type }) => type === 'PaymentClosed');
        if (closed >= 0) expect(closed).toBe(history.length - 1);
        expect(signedAboveCeiling(history)).toEqual([]);
        expect(signedWhileAnotherMayLand(history)).toEqual([]);
      },
      1_000,
      ['PaymentSignatureRequested'],
    ));

  it('of a payment that a wallet signs, which is prepared only as it was asked for last', () =>
    forAnySequence(
      payment,
      clientSignedCommand,
      (_state, history) => {
        let asked: string | undefined;
        for (const event of history) {
          if (event.type === 'PaymentSignatureRequested') asked = event.memo;
          if (event.type === 'PaymentPrepared') expect(event.memo).toBe(asked);
          if (event.type === 'PaymentFailed') asked = undefined;
        }
        expect(signedAboveCeiling(history)).toEqual([]);
        expect(signedWhileAnotherMayLand(history)).toEqual([]);
      },
      1_000,
      [
        ...['PaymentDelivered', 'PaymentUndelivered', 'PaymentClosed'],
        ...['RefundRequested', 'RefundConfirmed', 'RefundRejected'],
      ],
    ));
});

/** The books of an account, added up from its history alone. */
function booksOf(history: readonly EscrowEvent[]) {
  const holds = new Map<string, { amount: bigint; captured: bigint; lent: bigint; isOpen: boolean }>();
  let deposited = 0n;
  for (const event of history) {
    const hold = 'holdId' in event ? holds.get(event.holdId)! : undefined;
    if (event.type === 'DepositConfirmed' || event.type === 'RefundCredited')
      deposited += BigInt(event.amount);
    if (event.type === 'HoldPlaced' || event.type === 'HoldSplit')
      holds.set(event.holdId, { amount: BigInt(event.amount), captured: 0n, lent: 0n, isOpen: true });
    if (event.type === 'HoldSplit') holds.get(event.from)!.lent += BigInt(event.amount);
    if (event.type === 'HoldReduced') hold!.amount = BigInt(event.amount);
    if ((event.type === 'HoldReduced' || event.type === 'HoldReleased') && event.returned)
      holds.get(event.returned.holdId)!.lent -= BigInt(event.returned.amount);
    if (event.type === 'HoldExtended') Object.assign(hold!, { amount: BigInt(event.amount), isOpen: true });
    if (event.type === 'HoldCaptured') hold!.captured += BigInt(event.amount);
    if (event.type === 'HoldReleased' || event.type === 'HoldExpired') hold!.isOpen = false;
  }
  const all = [...holds].map(([holdId, hold]) => ({
    holdId,
    ...hold,
    left: hold.amount - hold.captured - hold.lent,
  }));
  const held = all.reduce((total, { isOpen, left }) => total + (isOpen ? left : 0n), 0n);
  const captured = all.reduce((total, hold) => total + hold.captured, 0n);
  const overdrawnHolds = all.filter(({ left }) => left < 0n);
  return { available: deposited - captured - held, captured, held, overdrawnHolds };
}

/** Bytes that were signed for more than the ceiling that stood when they were. */
function signedAboveCeiling(history: readonly PaymentEvent[]): readonly PaymentEvent[] {
  let amount = 0n;
  let ceiling = -1n;
  return history.filter((event) => {
    if (event.type === 'PaymentQuoted') [amount, ceiling] = [BigInt(event.amount), -1n];
    if (event.type === 'PaymentAuthorized') ceiling = BigInt(event.ceiling);
    return event.type === 'PaymentPrepared' && amount > ceiling;
  });
}

function signedWhileAnotherMayLand(history: readonly PaymentEvent[]): readonly PaymentEvent[] {
  let mayLand = false;
  return history.filter((event) => {
    const wrong = event.type === 'PaymentPrepared' && mayLand;
    if (event.type === 'PaymentPrepared') mayLand = true;
    if (event.type === 'PaymentFailed') mayLand = false;
    return wrong;
  });
}
