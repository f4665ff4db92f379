/**
 * Why something stands on one side only. `explained` is what will be even by itself within minutes: it is under way,
 * and no difference. Whatever is not even by then is a difference with a figure.
 */
import type {
  AskedBack,
  ReportedDeposit,
  SentTransfer,
} from '../projections/ledger/reconciliation-queries.js';
import type { Differing, Unbooked, Unseen } from './open-items.js';

export type ItemKind =
  | 'transfer_landed'
  | 'deposit_under_way'
  | 'refund_under_way'
  | 'not_final_yet'
  | 'landed_after_expiry'
  | 'deposit_rejected'
  | 'deposit_unreported'
  | 'refund_not_asked'
  | 'unknown_in'
  | 'unknown_out'
  | 'missing_on_chain'
  | 'amount_differs'
  | 'unaccounted';

export interface Item {
  readonly kind: ItemKind;
  readonly explained: boolean;
  /** micro-USDC that the chain has more than the books, or less when below zero */
  readonly amount: bigint;
  /** payment, withdrawal, settlement, user or signature it is about */
  readonly reference: string | null;
  readonly signature: string | null;
  readonly since: string;
  readonly cause: string;
}

/** What is known of the signatures and memos that stand open. */
export interface Facts {
  readonly sent: readonly SentTransfer[];
  readonly deposits: readonly ReportedDeposit[];
  readonly refunds: readonly AskedBack[];
}

/** ms something may be under way before it is a difference: longer than a deposit or a transfer is looked for. */
export const UNDER_WAY_MS = 15 * 60_000;

export const depositorOf = (memos: readonly string[]): string | undefined =>
  memos.map((memo) => /^quittance:deposit:(.+)$/.exec(memo)?.[1]).find((userId) => userId !== undefined);

export const refundedBy = (memos: readonly string[]): string | undefined =>
  memos.map((memo) => /^refund:(.+)$/.exec(memo)?.[1]).find((signature) => signature !== undefined);

type Why = Pick<Item, 'kind' | 'explained' | 'cause'> & { readonly reference?: string };

export function unbookedItem(item: Unbooked, facts: Facts, now: number): Item {
  const { signature, amount, since } = item;
  const why = BigInt(amount) < 0n ? whyOut(item, facts) : whyIn(item, facts);
  const { reference = null, ...rest } = why;
  return stale({ ...rest, reference, amount: BigInt(amount), signature, since }, now);
}

function whyOut({ signature, memos }: Unbooked, { sent }: Facts): Why {
  const transfer = sent.find(({ mark }) => mark === signature || memos.includes(mark));
  if (!transfer)
    return {
      kind: 'unknown_out',
      explained: false,
      cause:
        'A transfer out of the custodial account that no payment, withdrawal or payout is on record for.',
    };
  const { reference } = transfer;
  return transfer.may_land
    ? {
        kind: 'transfer_landed',
        explained: true,
        reference,
        cause: 'It has landed, and is about to be booked.',
      }
    : {
        kind: 'landed_after_expiry',
        explained: false,
        reference,
        cause: 'It has landed though the books took it for expired, or for paid by another transaction.',
      };
}

function whyIn({ signature, memos }: Unbooked, { deposits, refunds }: Facts): Why {
  const userId = depositorOf(memos);
  if (userId !== undefined)
    return whyDeposit(
      userId,
      deposits.find((one) => one.reference === signature),
    );
  const payment = refundedBy(memos);
  if (payment !== undefined) return whyRefund(refunds.find((one) => one.signature === payment));
  return {
    kind: 'unknown_in',
    explained: false,
    cause: 'A transfer into the custodial account without a memo that says whose it is.',
  };
}

function whyDeposit(userId: string, reported: ReportedDeposit | undefined): Why {
  if (!reported || reported.user_id !== userId)
    return {
      kind: 'deposit_unreported',
      explained: false,
      reference: userId,
      cause:
        'A deposit that its owner has not reported: it counts when POST /escrow/:userId/deposit names it.',
    };
  if (reported.kind === 'deposit_rejected')
    return {
      kind: 'deposit_rejected',
      explained: false,
      reference: userId,
      cause: `A deposit that was rejected (${reported.note}): the money is here, and in no account.`,
    };
  return {
    kind: 'deposit_under_way',
    explained: true,
    reference: userId,
    cause: 'A reported deposit that is about to be credited.',
  };
}

function whyRefund(refund: AskedBack | undefined): Why {
  if (refund?.status === 'refund_requested' || refund?.status === 'refunded')
    return {
      kind: 'refund_under_way',
      explained: true,
      reference: refund.payment_id,
      cause: 'A payment that came back, and is about to be credited.',
    };
  return {
    kind: 'refund_not_asked',
    explained: false,
    ...(refund && { reference: refund.payment_id }),
    cause:
      'A transfer with the memo of a refund that is not asked for: it counts when its owner asks for it.',
  };
}

export function unseenItem({ signature, amount, reference, since }: Unseen, now: number): Item {
  const about = { amount: -BigInt(amount), reference, signature, since };
  const isYoung = now - Date.parse(since) < UNDER_WAY_MS;
  return isYoung
    ? {
        ...about,
        kind: 'not_final_yet',
        explained: true,
        cause: 'It is booked, and not final on the chain yet.',
      }
    : {
        ...about,
        kind: 'missing_on_chain',
        explained: false,
        cause: 'It is booked, and the chain shows no such transaction.',
      };
}

export const differingItem = ({ onChain, inBooks }: Differing): Item => ({
  kind: 'amount_differs',
  explained: false,
  amount: BigInt(onChain.amount) - BigInt(inBooks.amount),
  reference: inBooks.reference,
  signature: onChain.signature,
  since: inBooks.since,
  cause: `The chain moved ${onChain.amount} micro-USDC, and ${inBooks.amount} are booked.`,
});

/** What should be even by now is under way no longer. */
function stale(item: Item, now: number): Item {
  if (!item.explained || now - Date.parse(item.since) < UNDER_WAY_MS) return item;
  const minutes = Math.floor((now - Date.parse(item.since)) / 60_000);
  return { ...item, explained: false, cause: `${item.cause} That is ${minutes} minutes ago.` };
}
