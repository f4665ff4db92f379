import type { Balance, KindTotal, Statement, StatementLine } from '../../../ledger/statement.js';
import { money } from '../answer.js';

export const statementView = (
  { from, until, opening, lines, totals, closing }: Statement,
  link: (signature: string) => string | null,
) => ({
  from,
  until,
  opening: balanceView(opening),
  lines: lines.map((line) => lineView(line, link)),
  totals: totals.map((total) => ({ kind: total.kind, count: total.count, ...sumsView(total) })),
  closing: balanceView(closing),
});

const lineView = (line: StatementLine, link: (signature: string) => string | null) => ({
  entry: line.entry,
  at: line.at,
  kind: line.kind,
  reference: line.reference,
  counterparty: line.counterparty,
  signature: line.signature,
  explorerUrl: line.signature && link(line.signature),
  ...sumsView(line),
  after: balanceView(line.after),
});

const sumsView = (sums: Pick<KindTotal, 'in' | 'out' | 'reserved' | 'freed'>) => ({
  ...money('in', sums.in),
  ...money('out', sums.out),
  ...money('reserved', sums.reserved),
  ...money('freed', sums.freed),
});

const balanceView = ({ available, held, total }: Balance) => ({
  ...money('available', available),
  ...money('held', held),
  ...money('total', total),
});
