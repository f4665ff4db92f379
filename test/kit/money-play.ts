import type { EarningsCommand } from '../../src/commands/earnings/commands.js';
import { earnings } from '../../src/commands/earnings/decide.js';
import type { EarningsState } from '../../src/commands/earnings/state.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrowDecider } from '../../src/commands/escrow/decide.js';
import type { EscrowState } from '../../src/commands/escrow/state.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { paymentDecider } from '../../src/commands/payment/decide.js';
import type { PaymentState } from '../../src/commands/payment/state.js';
import type { SettlementCommand } from '../../src/commands/settlement/commands.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import type { SettlementState } from '../../src/commands/settlement/state.js';
import type { Decider } from '../../src/kernel/decider.js';
import { isRefusal } from '../../src/kernel/errors.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import { parseSplit, sharesOf } from '../../src/kernel/split.js';
import type { LedgerEvent } from '../../src/projections/ledger/posting.js';
import { signedBytes } from './transfers.js';

export interface Happened {
  readonly stream: string;
  readonly event: LedgerEvent;
}

const DAY = '2026-01-02T00:00:00.000Z';
const NEXT_DAY = '2026-01-03T00:00:00.000Z';
const TERMS = { payTo: 'P1', asset: 'USDC', network: 'solana:x' } as const;
const BYTES = { header: 'h', memo: 'm', blockhash: 'b', lastValidBlockHeight: 9n, watermark: null } as const;
const SPLIT = '90/7/3';
/** amounts are one to nine of these: the least of them can be shared and paid out */
const UNIT = 1_000n;

/** Two users, three holds of each, four payments out of any of them: few, so that they meet. */
export const PLAY_USERS = ['user_1', 'user_2'] as const;
const HOLDS = 3;
const PAYMENTS = 4;

/**
 * Escrow accounts and payments moved by whatever numbers say, as if many workers were at it at once: the deciders
 * alone say what may happen, and everything they refuse did not.
 */
export class MoneyPlay {
  readonly happened: Happened[] = [];
  readonly escrows = new Map<string, EscrowState>();
  readonly payments = new Map<string, PaymentState>();
  readonly settlements = new Map<string, SettlementState>();
  readonly earned = new Map<string, EarningsState>();

  constructor(private readonly onEvent: (happened: Happened) => void = () => {}) {
    for (const userId of PLAY_USERS) {
      this.escrow(userId, { type: 'OpenEscrowAccount', userId, wallet: 'W', ...TERMS, at: DAY });
      const [signature, amount] = ['S1', toMicros(20n * UNIT)];
      this.escrow(userId, { type: 'SubmitDeposit', signature, amount, at: DAY, expiresAt: NEXT_DAY });
      this.escrow(userId, { type: 'ConfirmDeposit', signature, amount, slot: 1n });
    }
  }

  /** @param choice any number from 0 to 65,535: what is tried next */
  step(choice: number): void {
    const userId = PLAY_USERS[choice & 1]!;
    const turn: Turn = {
      userId,
      holdId: `hold_${(choice >> 1) % HOLDS}`,
      paymentId: `pay_${userId}_${(choice >> 3) % PAYMENTS}`,
      withdrawalId: `wdr_${(choice >> 3) % 2}`,
      settlementId: `stl_${userId}_${(choice >> 3) % 2}`,
      amount: toMicros(UNIT * BigInt(1 + ((choice >> 5) % 9))),
    };
    ACTS[(choice >> 8) % ACTS.length]!(turn, this);
  }

  /** @returns whether it was accepted */
  escrow = (id: string, command: EscrowCommand): boolean =>
    this.send(this.escrows, escrowDecider, 'escrow', id, command);
  payment = (id: string, command: PaymentCommand): boolean =>
    this.send(this.payments, paymentDecider, 'payment', id, command);
  settlement = (id: string, command: SettlementCommand): boolean =>
    this.send(this.settlements, settlement.decider, 'settlement', id, command);
  earnings = (id: string, command: EarningsCommand): boolean =>
    this.send(this.earned, earnings.decider, 'earnings', id, command);

  private send<State, Command, Event extends LedgerEvent>(
    states: Map<string, State>,
    decider: Decider<State, Command, Event>,
    category: string,
    id: string,
    command: Command,
  ): boolean {
    const before = states.get(id) ?? decider.initial;
    try {
      const events = decider.decide(command, before);
      states.set(id, events.reduce(decider.evolve, before));
      for (const event of events) {
        const happened = { stream: `${category}-${id}`, event };
        this.happened.push(happened);
        this.onEvent(happened);
      }
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }
}

interface Turn {
  readonly userId: string;
  readonly holdId: string;
  readonly paymentId: string;
  readonly withdrawalId: string;
  readonly settlementId: string;
  readonly amount: Micros;
}
type Act = (turn: Turn, play: MoneyPlay) => void;

const placed: Act = ({ userId, holdId, amount }, { escrow }) => {
  escrow(userId, { type: 'PlaceHold', holdId, amount, purpose: 'wf_1', at: DAY, expiresAt: NEXT_DAY });
};

const extended: Act = ({ userId, holdId, amount }, { escrow }) => {
  escrow(userId, { type: 'ExtendHold', holdId, amount, at: DAY, expiresAt: '2026-01-04T00:00:00.000Z' });
};

const renewed: Act = ({ userId, holdId, amount }, { escrow }) => {
  escrow(userId, { type: 'RenewHold', holdId, amount, at: DAY, expiresAt: '2026-01-04T00:00:00.000Z' });
};

const split: Act = ({ userId, holdId, amount }, { escrow }) => {
  escrow(userId, {
    type: 'SplitHold',
    holdId: `${holdId}_part`,
    from: holdId,
    amount,
    purpose: 'wf_2',
    at: DAY,
    expiresAt: NEXT_DAY,
  });
};

const partReleased: Act = ({ userId, holdId }, { escrow }) => {
  escrow(userId, { type: 'ReleaseHold', holdId: `${holdId}_part` });
};

const captured: Act = ({ userId, holdId, paymentId, amount }, { escrow }) => {
  escrow(userId, { type: 'CaptureHold', holdId, paymentId, amount });
};

const reduced: Act = ({ userId, holdId, amount }, { escrow }) => {
  escrow(userId, { type: 'ReduceHold', holdId, keep: toMicros(amount / 2n) });
  escrow(userId, { type: 'ReduceHold', holdId: `${holdId}_part`, keep: toMicros(amount / 2n) });
};

const released: Act = ({ userId, holdId }, { escrow }) => {
  escrow(userId, { type: 'ReleaseHold', holdId });
};

const expired: Act = ({ userId, holdId }, { escrow }) => {
  escrow(userId, { type: 'ExpireHold', holdId, at: '2026-01-05T00:00:00.000Z' });
};

const deposited: Act = ({ userId, amount }, { escrow }) => {
  const signature = `D${amount}${userId}`;
  escrow(userId, { type: 'SubmitDeposit', signature, amount, at: DAY, expiresAt: NEXT_DAY });
  escrow(userId, { type: 'ConfirmDeposit', signature, amount, slot: 2n });
};

const quoted: Act = ({ userId, holdId, paymentId, amount }, { payment }) => {
  const of = { workflowId: 'wf_1', runNo: 1, stepId: 'step_1', serviceId: 'svc_1' };
  const terms = { ...TERMS, amount, dialect: 'x402-v2', scheme: 'exact' } as const;
  payment(paymentId, { type: 'RecordQuote', paymentId, userId, holdId, ...of, ...terms });
  const authorize = {
    type: 'AuthorizePayment',
    planHash: 'a'.repeat(64),
    ceiling: toMicros(9n * UNIT),
  } as const;
  payment(paymentId, { ...authorize, approved: TERMS });
};

const signed: Act = (turn, play) => {
  quoted(turn, play);
  const { paymentId, amount } = turn;
  for (const attempt of [1, 2])
    play.payment(paymentId, { type: 'PreparePayment', attempt, payTo: 'P1', amount, ...BYTES });
};

const settled: Act = ({ paymentId }, { payment }) => {
  for (const attempt of [1, 2])
    payment(paymentId, { type: 'ConfirmPayment', attempt, signature: `S${attempt}`, slot: 1n });
};

const reversed: Act = ({ paymentId }, { payment }) => {
  payment(paymentId, { type: 'FailPayment', attempt: 1, code: 'PAYMENT_EXPIRED', message: 'It expired.' });
};

const cameBack: Act = ({ paymentId, amount }, { payment }) => {
  payment(paymentId, { type: 'RequestRefund', at: DAY });
  payment(paymentId, { type: 'ConfirmRefund', signature: 'S9', slot: 3n, amount });
};

const credited: Act = ({ userId, paymentId, amount }, { escrow }) => {
  escrow(userId, { type: 'CreditRefund', paymentId, signature: 'S9', amount });
};

const withdrawn: Act = ({ userId, withdrawalId, amount }, { escrow }) => {
  escrow(userId, { type: 'RequestWithdrawal', withdrawalId, amount, destination: 'W', at: DAY });
  const transfer = signedBytes(`T${amount}`);
  for (const attempt of [1, 2])
    escrow(userId, { type: 'PrepareWithdrawal', withdrawalId, attempt, transfer, opensAccount: false });
};

const withdrawalEnded: Act = ({ userId, withdrawalId, amount }, { escrow }) => {
  const attempt = amount % (2n * UNIT) === 0n ? 1 : 2;
  if (amount < 4n * UNIT) escrow(userId, { type: 'ConfirmWithdrawal', withdrawalId, attempt, slot: 4n });
  escrow(userId, { type: 'EndWithdrawalAttempt', withdrawalId, attempt, because: 'expired', height: 200n });
  if (amount > 6n * UNIT)
    escrow(userId, { type: 'FailWithdrawal', withdrawalId, code: 'GONE', message: 'It is.' });
};

/** What a hold pays is owed to recipients, and shared: the saga of settlements in short. */
const shared: Act = (
  { userId, holdId, settlementId, amount },
  { escrow, settlement: settle, earnings: earn },
) => {
  if (!escrow(userId, { type: 'CaptureHold', holdId, paymentId: settlementId, amount })) return;
  const dues = [{ recipient: 'P1', amount, reference: 'session_1' }];
  const source = { kind: 'hold', userId, holdId } as const;
  settle(settlementId, { type: 'ComputeSettlement', settlementId, source, dues, split: SPLIT, at: DAY });
  if (!settle(settlementId, { type: 'RecordFunding' })) return;
  const { platform, reserve } = sharesOf(amount, parseSplit(SPLIT));
  earn('platform', { type: 'AccrueEarnings', ownerId: 'platform', settlementId, amount: platform });
  earn('reserve', { type: 'AccrueEarnings', ownerId: 'reserve', settlementId, amount: reserve });
};

const paidOut: Act = ({ settlementId, amount }, { settlement: settle }) => {
  const attempt = amount % (2n * UNIT) === 0n ? 1 : 2;
  const transfer = signedBytes(`P${amount}`);
  settle(settlementId, { type: 'PreparePayout', attempt, items: [0], transfer, opens: [] });
  if (amount > 6n * UNIT) settle(settlementId, { type: 'ConfirmPayout', attempt, slot: 5n });
  if (amount < 3n * UNIT)
    settle(settlementId, { type: 'EndPayoutAttempt', attempt, because: 'expired', height: 200n });
};

/** Those that make something possible come several times. */
const ACTS: readonly Act[] = [
  ...[
    placed,
    placed,
    placed,
    extended,
    renewed,
    split,
    partReleased,
    captured,
    captured,
    captured,
    reduced,
    released,
    expired,
    deposited,
  ],
  ...[
    quoted,
    signed,
    signed,
    settled,
    reversed,
    cameBack,
    credited,
    withdrawn,
    withdrawalEnded,
    shared,
    paidOut,
  ],
];
