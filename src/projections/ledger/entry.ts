import { type Account, accountName } from './accounts.js';

/** What an entry is about, in the words of a statement. */
export type EntryKind =
  | 'deposit'
  | 'hold'
  | 'hold_extended'
  | 'hold_split'
  | 'hold_returned'
  | 'hold_reduced'
  | 'hold_released'
  | 'hold_expired'
  | 'payment_sent'
  | 'payment_settled'
  | 'payment_expired'
  | 'payment'
  | 'refund_received'
  | 'refund'
  | 'withdrawal'
  | 'withdrawal_sent'
  | 'withdrawal_expired'
  | 'withdrawal_settled'
  | 'withdrawal_failed'
  | 'earned'
  | 'earnings_withdrawn'
  | 'payout_sent'
  | 'payout_settled'
  | 'payout_expired';

export interface Line {
  readonly account: Account;
  /** micro-USDC: a debit above zero, a credit below */
  readonly amount: bigint;
}

/** One movement in the books: its lines sum to zero. */
export interface Entry {
  readonly kind: EntryKind;
  /** hold, payment, withdrawal or signature it is about */
  readonly reference: string;
  /** whose money it is; null for what is nobody's */
  readonly userId: string | null;
  /** who is on the other side, e.g. the service that was paid */
  readonly counterparty: string | null;
  /** transaction on the chain that it stands for, or follows from */
  readonly signature: string | null;
  /** of bytes that may land: the memo or the signature by which the chain would show them */
  readonly mark: string | null;
  readonly lines: readonly Line[];
}

/** From the account that gives to the one that gets. */
export interface Transfer {
  readonly credit: Account;
  readonly debit: Account;
  readonly amount: bigint;
}

type About = Pick<Entry, 'kind' | 'reference'> &
  Partial<Pick<Entry, 'userId' | 'counterparty' | 'signature' | 'mark'>>;

/** @param amount as it stands in events */
export const entryOf = (
  about: About,
  { amount, ...accounts }: Omit<Transfer, 'amount'> & { readonly amount: string },
): Entry => ({
  userId: null,
  counterparty: null,
  signature: null,
  mark: null,
  ...about,
  lines: linesOf({ ...accounts, amount: BigInt(amount) }),
});

/** @returns nothing for a transfer of nothing, or to where it comes from */
export const linesOf = ({ credit, debit, amount }: Transfer): readonly Line[] =>
  amount === 0n || accountName(credit) === accountName(debit)
    ? []
    : [
        { account: debit, amount },
        { account: credit, amount: -amount },
      ];

/** What an entry changes in a user's claims, as the user sees it: a credit of ours is more for the user. */
export function changeFor(entry: Entry, kind: 'available' | 'held'): bigint {
  let change = 0n;
  for (const { account, amount } of entry.lines) if (account.kind === kind) change -= amount;
  return change;
}

/** @throws Error for an entry that is not double: a bug of ours, caught before it is in the books */
export function assertBalanced({ kind, reference, lines }: Entry): void {
  const sum = lines.reduce((total, { amount }) => total + amount, 0n);
  const names = new Set(lines.map(({ account }) => accountName(account)));
  if (sum !== 0n) throw new Error(`the entry ${kind} of ${reference} is ${sum} out of balance`);
  if (names.size !== lines.length)
    throw new Error(`the entry ${kind} of ${reference} names an account twice`);
}
