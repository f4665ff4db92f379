import type { SettlementEvent } from '../../events/settlement.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros } from '../../kernel/money.js';
import type { SignedTransfer } from '../escrow/withdrawal-commands.js';
import type { SettlementSource } from './commands.js';

export interface Payout {
  readonly recipient: string;
  readonly amount: Micros;
  readonly reference: string;
  /** transactions that carried it and moved nothing */
  readonly tries: number;
  readonly state:
    | { readonly status: 'owed' }
    | { readonly status: 'prepared'; readonly attempt: number }
    | { readonly status: 'paid'; readonly attempt: number; readonly signature: string }
    | { readonly status: 'failed'; readonly code: string };
}

/** Signed bytes that may land. */
export interface PayoutAttempt {
  readonly attempt: number;
  readonly items: readonly number[];
  readonly transfer: SignedTransfer;
  readonly submitted: boolean;
}

export interface Settlement {
  readonly status: 'computed' | 'funded' | 'refused';
  readonly settlementId: string;
  readonly source: SettlementSource;
  readonly total: Micros;
  readonly platformFee: Micros;
  readonly reserve: Micros;
  readonly split: string | undefined;
  readonly payouts: readonly Payout[];
  /** so many were signed */
  readonly attempts: number;
  readonly underWay: readonly PayoutAttempt[];
}

export type SettlementState = { readonly status: 'none' } | Settlement;

export const noSettlement: SettlementState = { status: 'none' };

/** No signed bytes may land, and nothing is left to sign for. */
export const isAtRest = ({ payouts, underWay }: Settlement): boolean =>
  underWay.length === 0 && payouts.every(({ state }) => state.status !== 'owed');

export function evolveSettlement(state: SettlementState, event: SettlementEvent): SettlementState {
  if (event.type === 'SettlementComputed') {
    const { settlementId, source, split, payouts } = event;
    return {
      status: 'computed',
      settlementId,
      source,
      total: parseMicros(event.total),
      platformFee: parseMicros(event.platformFee),
      reserve: parseMicros(event.reserve),
      split,
      payouts: payouts.map(
        ({ recipient, amount, reference }): Payout => ({
          recipient,
          amount: parseMicros(amount),
          reference,
          tries: 0,
          state: { status: 'owed' },
        }),
      ),
      attempts: 0,
      underWay: [],
    };
  }
  if (state.status === 'none') throw new Error(`${event.type} in the history of no settlement`);
  return evolveComputed(state, event);
}

function evolveComputed(
  state: Settlement,
  event: Exclude<SettlementEvent, { type: 'SettlementComputed' }>,
): Settlement {
  switch (event.type) {
    case 'SettlementFunded':
      return { ...state, status: 'funded' };
    case 'SettlementRefused':
      return { ...state, status: 'refused' };
    case 'PayoutPrepared': {
      const { attempt, items, transaction, signature, blockhash } = event;
      const lastValidBlockHeight = BigInt(event.lastValidBlockHeight);
      const slot = BigInt(event.slot);
      const transfer = { transaction, signature, blockhash, lastValidBlockHeight, slot };
      return {
        ...state,
        payouts: changed(state, items, () => ({ state: { status: 'prepared', attempt } })),
        attempts: attempt,
        underWay: [...state.underWay, { attempt, items, transfer, submitted: false }],
      };
    }
    case 'PayoutSubmitted':
      return {
        ...state,
        underWay: state.underWay.map((one) =>
          one.attempt === event.attempt ? { ...one, submitted: true } : one,
        ),
      };
    case 'PayoutConfirmed': {
      const { attempt, signature, items } = event;
      return {
        ...state,
        payouts: changed(state, items, () => ({ state: { status: 'paid', attempt, signature } })),
        underWay: without(state, attempt),
      };
    }
    case 'PayoutAttemptEnded':
      return {
        ...state,
        payouts: changed(state, event.items, ({ tries }) => ({
          tries: tries + 1,
          state: { status: 'owed' },
        })),
        underWay: without(state, event.attempt),
      };
    case 'PayoutFailed': {
      const { item, code } = event;
      return { ...state, payouts: changed(state, [item], () => ({ state: { status: 'failed', code } })) };
    }
    case 'PayoutRetried': {
      const { item, recipient } = event;
      const again = { recipient, tries: 0, state: { status: 'owed' } } as const;
      return { ...state, payouts: changed(state, [item], () => again) };
    }
    default:
      return unreachable(event);
  }
}

const changed = (
  { payouts }: Settlement,
  items: readonly number[],
  change: (payout: Payout) => Partial<Payout>,
): readonly Payout[] =>
  payouts.map((payout, index) => (items.includes(index) ? { ...payout, ...change(payout) } : payout));

const without = ({ underWay }: Settlement, attempt: number): readonly PayoutAttempt[] =>
  underWay.filter((one) => one.attempt !== attempt);
