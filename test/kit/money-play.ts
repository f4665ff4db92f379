import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrowDecider } from '../../src/commands/escrow/decide.js';
import type { EscrowState } from '../../src/commands/escrow/state.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { paymentDecider } from '../../src/commands/payment/decide.js';
import type { PaymentState } from '../../src/commands/payment/state.js';
import type { Decider } from '../../src/kernel/decider.js';
import { isRefusal } from '../../src/kernel/errors.js';
import { toMicros } from '../../src/kernel/money.js';
import type { LedgerEvent } from '../../src/projections/ledger/posting.js';

export interface Happened {
  readonly category: 'escrow' | 'payment';
  readonly id: string;
  readonly event: LedgerEvent;
}

const DAY = '2026-01-02T00:00:00.000Z';
const NEXT_DAY = '2026-01-03T00:00:00.000Z';
const TERMS = { payTo: 'P1', asset: 'USDC', network: 'solana:x' } as const;
const BYTES = { header: 'h', memo: 'm', blockhash: 'b', lastValidBlockHeight: 9n, watermark: null } as const;

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

  constructor(private readonly onEvent: (happened: Happened) => void = () => {}) {
    for (const userId of PLAY_USERS) {
      this.escrow(userId, { type: 'OpenEscrowAccount', userId, wallet: 'W', ...TERMS, at: DAY });
      this.deposit(userId, 'S1', 20n);
    }
  }

  /** @param choice any number from 0 to 65,535: what is tried next */
  step(choice: number): void {
    const userId = PLAY_USERS[choice & 1]!;
    const holdId = `hold_${(choice >> 1) % HOLDS}`;
    const paymentId = `pay_${userId}_${(choice >> 3) % PAYMENTS}`;
    const amount = toMicros(BigInt(1 + ((choice >> 5) % 9)));
    const commands = ACTS[(choice >> 8) % ACTS.length]!(userId, holdId, paymentId, amount);
    for (const command of commands) this.carryOut(userId, paymentId, command);
  }

  private carryOut(userId: string, paymentId: string, command: EscrowCommand | PaymentCommand): void {
    if (isEscrowCommand(command)) this.escrow(userId, command);
    else this.payment(paymentId, command);
  }

  private deposit(userId: string, signature: string, micros: bigint): void {
    const amount = toMicros(micros);
    this.escrow(userId, { type: 'SubmitDeposit', signature, amount, at: DAY, expiresAt: NEXT_DAY });
    this.escrow(userId, { type: 'ConfirmDeposit', signature, amount, slot: 1n });
  }

  private escrow(userId: string, command: EscrowCommand): void {
    const before = this.escrows.get(userId) ?? escrowDecider.initial;
    const { state, events } = decided(escrowDecider, command, before);
    this.escrows.set(userId, state);
    for (const event of events) this.record({ category: 'escrow', id: userId, event });
  }

  private payment(paymentId: string, command: PaymentCommand): void {
    const before = this.payments.get(paymentId) ?? paymentDecider.initial;
    const { state, events } = decided(paymentDecider, command, before);
    this.payments.set(paymentId, state);
    for (const event of events) this.record({ category: 'payment', id: paymentId, event });
  }

  private record(happened: Happened): void {
    this.happened.push(happened);
    this.onEvent(happened);
  }
}

type Act = (
  userId: string,
  holdId: string,
  paymentId: string,
  amount: ReturnType<typeof toMicros>,
) => readonly (EscrowCommand | PaymentCommand)[];

const quoted: Act = (userId, holdId, paymentId, amount) => [
  {
    type: 'RecordQuote',
    ...{ paymentId, userId, holdId, amount, ...TERMS },
    ...{ workflowId: 'wf_1', runNo: 1, stepId: 'step_1', serviceId: 'svc_1' },
    ...{ dialect: 'x402-v2', scheme: 'exact' },
  },
  { type: 'AuthorizePayment', planHash: 'a'.repeat(64), ceiling: toMicros(9n), approved: TERMS },
];
const signed: Act = (userId, holdId, paymentId, amount) => [
  ...quoted(userId, holdId, paymentId, amount),
  { type: 'PreparePayment', attempt: 1, payTo: 'P1', amount, ...BYTES },
  { type: 'PreparePayment', attempt: 2, payTo: 'P1', amount, ...BYTES },
];
const placed: Act = (_, holdId, __, amount) => [
  { type: 'PlaceHold', holdId, amount, purpose: 'wf_1', at: DAY, expiresAt: NEXT_DAY },
];
const captured: Act = (_, holdId, paymentId, amount) => [{ type: 'CaptureHold', holdId, paymentId, amount }];

/** Those that make something possible come several times. */
const ACTS: readonly Act[] = [
  placed,
  placed,
  (_, holdId, __, amount) => [
    { type: 'ExtendHold', holdId, amount, at: DAY, expiresAt: '2026-01-04T00:00:00.000Z' },
  ],
  captured,
  captured,
  captured,
  (_, holdId) => [{ type: 'ReleaseHold', holdId }],
  (_, holdId) => [{ type: 'ExpireHold', holdId, at: '2026-01-05T00:00:00.000Z' }],
  (_, __, paymentId, amount) => [{ type: 'CreditRefund', paymentId, signature: 'S9', amount }],
  (userId, __, ___, amount) => [
    { type: 'SubmitDeposit', signature: `D${amount}${userId}`, amount, at: DAY, expiresAt: NEXT_DAY },
    { type: 'ConfirmDeposit', signature: `D${amount}${userId}`, amount, slot: 2n },
  ],
  quoted,
  signed,
  signed,
  () => [
    { type: 'ConfirmPayment', attempt: 1, signature: 'S1', slot: 1n },
    { type: 'ConfirmPayment', attempt: 2, signature: 'S2', slot: 2n },
  ],
  () => [{ type: 'FailPayment', attempt: 1, code: 'PAYMENT_EXPIRED', message: 'It expired.' }],
  (_, __, ___, amount) => [
    { type: 'RequestRefund', at: DAY },
    { type: 'ConfirmRefund', signature: 'S9', slot: 3n, amount },
  ],
];

const ESCROW_COMMANDS: ReadonlySet<string> = new Set<EscrowCommand['type']>([
  'OpenEscrowAccount',
  'SubmitDeposit',
  'ConfirmDeposit',
  'RejectDeposit',
  'PlaceHold',
  'ExtendHold',
  'CaptureHold',
  'ReleaseHold',
  'ExpireHold',
  'CreditRefund',
]);
const isEscrowCommand = (command: EscrowCommand | PaymentCommand): command is EscrowCommand =>
  ESCROW_COMMANDS.has(command.type);

function decided<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  command: Command,
  before: State,
): { readonly state: State; readonly events: readonly Event[] } {
  try {
    const events = decider.decide(command, before);
    return { events, state: events.reduce(decider.evolve, before) };
  } catch (error) {
    if (isRefusal(error)) return { events: [], state: before };
    throw error;
  }
}
