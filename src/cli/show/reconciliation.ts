import pc from 'picocolors';
import { z } from 'zod';
import { moment } from './escrow-history.js';
import { amount, plainText, plural, usdc } from './figures.js';
import { pairLines, tableLines } from './table.js';

export const reconciliation = z.looseObject({
  number: z.number(),
  at: z.string(),
  isClean: z.boolean(),
  entry: z.number(),
  upTo: z.string().nullable(),
  onChainMicro: z.string(),
  bookedMicro: z.string(),
  underWayMicro: z.string(),
  expectedMicro: z.string(),
  differenceMicro: z.string(),
  accountsMicro: z.record(z.string(), z.string()),
  items: z.array(
    z.looseObject({
      kind: z.string(),
      explained: z.boolean(),
      amountMicro: z.string(),
      reference: z.string().nullable(),
      signature: z.string().nullable(),
      cause: z.string(),
    }),
  ),
  itemCount: z.number(),
  findings: z.array(
    z.looseObject({
      kind: z.string(),
      differenceMicro: z.string(),
      reference: z.string(),
      cause: z.string(),
    }),
  ),
  findingCount: z.number(),
  audited: z.number(),
});
export type ReconciliationAnswer = z.output<typeof reconciliation>;

export function reconciliationLines(report: ReconciliationAnswer): string[] {
  const { number, at, entry, isClean, audited } = report;
  return [
    ...pairLines([
      ['Reconciliation', `${number}, ${moment(at)} UTC, up to entry ${entry}`],
      ['In the books', usdc(report.bookedMicro)],
      ['Under way', usdc(report.underWayMicro)],
      ['Expected', usdc(report.expectedMicro)],
      ['On the chain', usdc(report.onChainMicro)],
      ['Difference', (isClean ? pc.green : pc.red)(usdc(report.differenceMicro))],
    ]),
    '',
    ...tableLines(
      [{ head: 'Accounts' }, { head: 'Debit', align: 'right' }, { head: 'Credit', align: 'right' }],
      Object.entries(report.accountsMicro)
        .map(([kind, balance]) => [kind, BigInt(balance)] as const)
        .filter(([, micros]) => micros !== 0n)
        .map(([kind, micros]) => [
          kind,
          micros > 0n ? amount(micros) : '',
          micros < 0n ? amount(-micros) : '',
        ]),
    ),
    ...openLines(report),
    '',
    isClean
      ? `${pc.green('✓')} Ledger, accounts and chain agree; ${plural(audited, 'account')} added up from events.`
      : `${pc.red('✗')} They differ.`,
  ];
}

function openLines({ items, itemCount, findings, findingCount }: ReconciliationAnswer): string[] {
  const shown = [
    ...items.map((item) => ({
      ...item,
      figure: item.amountMicro,
      of: item.signature ?? item.reference ?? '',
    })),
    ...findings.map((finding) => ({
      ...finding,
      explained: false,
      figure: finding.differenceMicro,
      of: finding.reference,
    })),
  ];
  const hidden = itemCount + findingCount - shown.length;
  return [
    ...shown.flatMap(({ kind, explained, figure, of, cause, reference }) => [
      '',
      ` ${explained ? pc.dim('·') : pc.red('✗')} ${plainText(kind.replaceAll('_', ' '))}: ${usdc(figure)}  ${plainText(of)}`,
      `   ${plainText(cause)}${reference && reference !== of ? ` (${plainText(reference)})` : ''}`,
    ]),
    ...(hidden > 0 ? [pc.dim(` and ${hidden} more`)] : []),
  ];
}
