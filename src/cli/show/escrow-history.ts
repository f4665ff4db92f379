import pc from 'picocolors';
import { z } from 'zod';
import { amount, plainText } from './figures.js';
import { tableLines } from './table.js';

const line = z.looseObject({
  seq: z.number(),
  kind: z.string(),
  amountMicro: z.string(),
  reference: z.string(),
  note: z.string().nullable(),
  availableAfterMicro: z.string(),
  heldAfterMicro: z.string(),
  balanceAfterMicro: z.string(),
  signature: z.string().nullable(),
  explorerUrl: z.string().nullable(),
  at: z.string(),
});
export const history = z.looseObject({
  history: z.array(line),
  total: z.number(),
  nextCursor: z.string().nullable(),
});
export type History = z.output<typeof history>;

export const moment = (iso: string): string => plainText(iso.slice(0, 19).replace('T', ' '));

export function historyLines({ history: lines, total, nextCursor }: History): readonly string[] {
  if (lines.length === 0) return [pc.dim(' Nothing has moved yet.')];
  return [
    ...tableLines(
      [
        { head: 'When (UTC)' },
        { head: 'What' },
        { head: 'USDC', align: 'right' },
        { head: 'Available', align: 'right' },
        { head: 'Held', align: 'right' },
        { head: 'Balance', align: 'right' },
        { head: 'Of' },
        { head: 'Transaction' },
      ],
      lines.map((one) => [
        moment(one.at),
        plainText(one.kind.replaceAll('_', ' ')),
        amount(one.amountMicro),
        amount(one.availableAfterMicro),
        amount(one.heldAfterMicro),
        amount(one.balanceAfterMicro),
        plainText(one.signature === one.reference ? (one.note ?? '') : one.reference || (one.note ?? '')),
        plainText(one.explorerUrl ?? one.signature ?? ''),
      ]),
    ),
    ...(nextCursor === null
      ? []
      : [pc.dim(` ${lines.length} of ${total}; the next: --cursor ${plainText(nextCursor)}`)]),
  ];
}
