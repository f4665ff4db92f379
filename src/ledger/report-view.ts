import type { Item } from './causes.js';
import { type Finding, isClean, type Report } from './report.js';

/** Items and findings that a report spells out; figures are of all of them. */
const SHOWN = 200;

/** A report as it is kept, answered and read: amounts are text. */
export interface ReportView {
  readonly number: number;
  readonly at: string;
  readonly isClean: boolean;
  readonly entry: number;
  readonly upTo: string | null;
  readonly onChainMicro: string;
  readonly bookedMicro: string;
  readonly underWayMicro: string;
  readonly expectedMicro: string;
  readonly differenceMicro: string;
  /** by kind of account: what it stands at, a debit above zero */
  readonly accountsMicro: Readonly<Record<string, string>>;
  readonly items: readonly (Omit<Item, 'amount'> & { readonly amountMicro: string })[];
  readonly itemCount: number;
  readonly findings: readonly (Omit<Finding, 'difference'> & { readonly differenceMicro: string })[];
  readonly findingCount: number;
  readonly audited: number;
}

export function reportView(report: Report): Omit<ReportView, 'number'> {
  const { at, entry, upTo, onChain, expected, difference, balances, items, findings, audited } = report;
  const booked = balances.chain ?? 0n;
  // what is wrong is named before what is under way
  const sorted = [...items].sort((a, b) => Number(a.explained) - Number(b.explained));
  return {
    at,
    isClean: isClean(report),
    entry,
    upTo,
    onChainMicro: `${onChain}`,
    bookedMicro: `${booked}`,
    underWayMicro: `${expected - booked}`,
    expectedMicro: `${expected}`,
    differenceMicro: `${difference}`,
    accountsMicro: Object.fromEntries(
      Object.entries(balances).map(([kind, balance]) => [kind, `${balance}`]),
    ),
    items: sorted.slice(0, SHOWN).map(({ amount, ...item }) => ({ ...item, amountMicro: `${amount}` })),
    itemCount: items.length,
    findings: findings
      .slice(0, SHOWN)
      .map(({ difference: differs, ...finding }) => ({ ...finding, differenceMicro: `${differs}` })),
    findingCount: findings.length,
    audited,
  };
}
