import pc from 'picocolors';
import { z } from 'zod';
import { moment } from './escrow-history.js';
import { amount, plainText, plural, usdc } from './figures.js';
import { pairLines, tableLines } from './table.js';

const balance = z.looseObject({ availableMicro: z.string(), heldMicro: z.string(), totalMicro: z.string() });
const sums = z.looseObject({
  inMicro: z.string(),
  outMicro: z.string(),
  reservedMicro: z.string(),
  freedMicro: z.string(),
});
export const statement = z.looseObject({
  userId: z.string(),
  month: z.string(),
  opening: balance,
  lines: z.array(
    z.looseObject({
      entry: z.number(),
      at: z.string(),
      kind: z.string(),
      reference: z.string(),
      counterparty: z.string().nullable(),
      signature: z.string().nullable(),
      explorerUrl: z.string().nullable(),
      ...sums.shape,
      after: balance,
    }),
  ),
  totals: z.array(z.looseObject({ kind: z.string(), count: z.number(), ...sums.shape })),
  closing: balance,
});
export type Statement = z.output<typeof statement>;

export function statementLines({ userId, month, opening, lines, totals, closing }: Statement): string[] {
  return [
    ...pairLines([
      ['Account', plainText(userId)],
      ['Month', `${plainText(month)} (UTC)`],
      ['Opening', balanceText(opening)],
    ]),
    '',
    ...(lines.length === 0 ? [pc.dim(' Nothing moved.')] : entryLines(lines)),
    '',
    ...(totals.length === 0 ? [] : [...totalLines(totals), '']),
    ...pairLines([['Closing', balanceText(closing)]]),
  ];
}

const balanceText = ({ availableMicro, heldMicro, totalMicro }: Statement['opening']): string =>
  `${usdc(totalMicro)}, of it ${amount(availableMicro)} available and ${amount(heldMicro)} held`;

const SUMS = [
  { head: 'In', align: 'right' },
  { head: 'Out', align: 'right' },
  { head: 'Reserved', align: 'right' },
  { head: 'Freed', align: 'right' },
] as const;

const entryLines = (lines: Statement['lines']): string[] =>
  tableLines(
    [
      { head: 'Entry', align: 'right' },
      { head: 'When (UTC)' },
      { head: 'What' },
      ...SUMS,
      { head: 'Balance', align: 'right' },
      { head: 'Of' },
      { head: 'Transaction' },
    ],
    lines.map((line) => [
      `${line.entry}`,
      moment(line.at),
      words(line.kind),
      ...sumCells(line),
      amount(line.after.totalMicro),
      plainText(line.counterparty ?? (line.signature === line.reference ? '' : line.reference)),
      plainText(line.explorerUrl ?? line.signature ?? ''),
    ]),
  );

const totalLines = (totals: Statement['totals']): string[] =>
  tableLines(
    [{ head: 'Total' }, { head: 'Entries', align: 'right' }, ...SUMS],
    totals.map((total) => [
      words(total.kind),
      plural(total.count, 'entry').replace('entrys', 'entries'),
      ...sumCells(total),
    ]),
  );

const sumCells = (of: z.output<typeof sums>): string[] =>
  [of.inMicro, of.outMicro, of.reservedMicro, of.freedMicro].map((micros) =>
    micros === '0' ? '' : amount(micros),
  );

const words = (kind: string): string => plainText(kind.replaceAll('_', ' '));
