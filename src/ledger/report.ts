import { formatUsdc } from '../kernel/money.js';
import type { Totals } from '../projections/ledger/reconciliation-queries.js';
import type { Item } from './causes.js';

/** Something inside the books that does not agree. */
export interface Finding {
  readonly kind: 'books_unbalanced' | 'claims_differ' | 'hold_differs' | 'not_captured' | 'not_credited';
  /** micro-USDC */
  readonly difference: bigint;
  readonly reference: string;
  readonly cause: string;
}

/** What the custodial account holds, what it should hold, and why these are not the same. */
export interface Report {
  readonly at: string;
  /** last entry of the books, and last transaction of the chain, that it covers */
  readonly entry: number;
  readonly upTo: string | null;
  readonly balances: Totals['balances'];
  readonly onChain: bigint;
  /** what is booked, and what is under way */
  readonly expected: bigint;
  /** of the chain from what is expected; zero in good order */
  readonly difference: bigint;
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
  /** accounts whose events were added up again */
  readonly audited: number;
}

export function reportOf(
  about: Pick<Report, 'at' | 'entry' | 'upTo' | 'balances' | 'onChain' | 'findings' | 'audited'>,
  open: readonly Item[],
): Report {
  const { balances, onChain, at } = about;
  const booked = balances.chain ?? 0n;
  const rest = onChain - booked - sumOf(open);
  const items = rest === 0n ? open : [...open, unaccounted(rest, at)];
  const expected = booked + sumOf(items.filter(({ explained }) => explained));
  return {
    ...about,
    expected,
    difference: onChain - expected,
    items,
    findings: [...unbalanced(balances), ...about.findings],
  };
}

/** In good order: the chain holds what it should, and the books agree with themselves. */
export const isClean = ({ difference, items, findings }: Report): boolean =>
  difference === 0n && findings.length === 0 && items.every(({ explained }) => explained);

const sumOf = (items: readonly Pick<Item, 'amount'>[]): bigint =>
  items.reduce((sum, { amount }) => sum + amount, 0n);

const unaccounted = (amount: bigint, since: string): Item => ({
  kind: 'unaccounted',
  explained: false,
  amount,
  reference: null,
  signature: null,
  since,
  cause: 'The balance of the custodial account is not the sum of its transactions.',
});

function unbalanced(balances: Totals['balances']): Finding[] {
  const difference = Object.values(balances).reduce((sum, balance) => sum + balance, 0n);
  if (difference === 0n) return [];
  const cause = `All accounts together are ${formatUsdc(difference)} instead of nothing.`;
  return [{ kind: 'books_unbalanced', difference, reference: 'journal', cause }];
}
