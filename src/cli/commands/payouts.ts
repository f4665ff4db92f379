import { readFileSync } from 'node:fs';
import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { requireInstallation } from '../connect.js';
import { amount, plainText, plural, usdc } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';
import type { ReadOptions } from './audit.js';

const payout = z.looseObject({
  item: z.number(),
  status: z.string(),
  recipient: z.string(),
  reference: z.string(),
  amountMicro: z.string(),
  signature: z.string().nullable(),
  explorerUrl: z.string().nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
});
const settlement = z.looseObject({
  id: z.string(),
  status: z.string(),
  totalMicro: z.string(),
  providerPayoutMicro: z.string(),
  platformFeeMicro: z.string(),
  reserveMicro: z.string(),
  owedMicro: z.string(),
  payouts: z.array(payout),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  computedAt: z.string(),
});
type Settlement = z.output<typeof settlement>;

const listed = z.looseObject({ settlements: z.array(settlement) });
const one = z.looseObject({ settlement });
const begun = z.looseObject({ settlement: z.looseObject({ id: z.string(), totalMicro: z.string() }) });
const earned = z.looseObject({
  earnings: z.array(
    z.looseObject({
      owner: z.string(),
      accruedMicro: z.string(),
      withdrawnMicro: z.string(),
      balanceMicro: z.string(),
    }),
  ),
});
const said = z.looseObject({ message: z.string() });

const pathOf = (id: string) => `/operator/payouts/${encodeURIComponent(id)}`;

export async function payoutList(options: ReadOptions & { readonly limit: number }): Promise<number> {
  const { client } = requireInstallation(options);
  const found = await client.get(`/operator/payouts?limit=${options.limit}`, listed);
  if (options.json) process.stdout.write(`${JSON.stringify(found.settlements, null, 2)}\n`);
  else new Screen().say(...listLines(found.settlements));
  return 0;
}

export async function payoutShow(id: string, options: ReadOptions): Promise<number> {
  const found = (await requireInstallation(options).client.get(pathOf(id), one)).settlement;
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else new Screen().say(...settlementLines(found));
  return 0;
}

export interface PayOptions extends ReadOptions {
  readonly from: string;
}

/** @param file JSON: `[{recipient, amount, reference}, …]`, amounts in USDC */
export async function payoutPay(file: string, options: PayOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const payouts = readPayouts(file);
  const { settlement: made } = await client.post('/operator/payouts', { from: options.from, payouts }, begun);
  if (options.json) process.stdout.write(`${JSON.stringify(made, null, 2)}\n`);
  else
    new Screen().say(
      `${pc.green('✓')} ${usdc(made.totalMicro)} to ${plural(payouts.length, 'recipient')} on the way.`,
      `  quittance payouts show ${plainText(made.id)}`,
    );
  return 0;
}

export interface RetryOptions extends ReadOptions {
  readonly to?: string;
}

/** @param item its number in the settlement */
export async function payoutRetry(id: string, item: number, options: RetryOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const body = { item, ...(options.to !== undefined && { recipient: options.to }) };
  const { message } = await client.post(`${pathOf(id)}/retry`, body, said);
  new Screen().say(`${pc.green('✓')} ${plainText(message)}.`);
  return 0;
}

export async function payoutEarnings(options: ReadOptions): Promise<number> {
  const { earnings } = await requireInstallation(options).client.get('/operator/earnings', earned);
  if (options.json) process.stdout.write(`${JSON.stringify(earnings, null, 2)}\n`);
  else
    new Screen().say(
      ...tableLines(
        [
          { head: 'Of' },
          { head: 'Earned', align: 'right' },
          { head: 'Paid', align: 'right' },
          { head: 'Left', align: 'right' },
        ],
        earnings.map(({ owner, accruedMicro, withdrawnMicro, balanceMicro }) => [
          plainText(owner),
          amount(accruedMicro),
          amount(withdrawnMicro),
          amount(balanceMicro),
        ]),
      ),
    );
  return 0;
}

export function listLines(settlements: readonly Settlement[]): string[] {
  if (settlements.length === 0) return ['Nothing was paid out yet.'];
  return tableLines(
    [
      { head: 'Settlement' },
      { head: 'When' },
      { head: 'Status' },
      { head: 'USDC', align: 'right' },
      { head: 'Owed', align: 'right' },
      { head: 'Payouts' },
    ],
    settlements.map(({ id, computedAt, status, totalMicro, owedMicro, payouts }) => [
      plainText(id),
      plainText(computedAt.slice(0, 19).replace('T', ' ')),
      plainText(status),
      amount(totalMicro),
      amount(owedMicro),
      countsOf(payouts),
    ]),
  );
}

/** `3 confirmed, 1 failed` */
function countsOf(payouts: Settlement['payouts']): string {
  const counts = new Map<string, number>();
  for (const { status } of payouts) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${plainText(status)}`).join(', ');
}

export function settlementLines(found: Settlement): string[] {
  const { id, status, totalMicro, providerPayoutMicro, platformFeeMicro, reserveMicro, error } = found;
  const shares = `${amount(providerPayoutMicro)} recipients, ${amount(platformFeeMicro)} platform, ${amount(reserveMicro)} reserve`;
  const failed = found.payouts.filter((each) => each.error !== null);
  return [
    `${plainText(id)} ${plainText(status)}: ${usdc(totalMicro)} (${shares})`,
    ...(error === null ? [] : [`${pc.red('✗')} ${plainText(error.message)} ${plainText(error.code)}`]),
    '',
    ...tableLines(
      [
        { head: '#', align: 'right' },
        { head: 'For' },
        { head: 'USDC', align: 'right' },
        { head: 'Recipient' },
        { head: 'Transaction' },
      ],
      found.payouts.map((each) => [
        `${each.item}`,
        plainText(each.reference),
        amount(each.amountMicro),
        plainText(each.recipient),
        plainText(each.explorerUrl ?? each.signature ?? each.status),
      ]),
    ),
    ...failed.flatMap((each) => [
      `${pc.red('✗')} #${each.item}: ${plainText(each.error?.message ?? '')} ${plainText(each.error?.code ?? '')}`,
      `  quittance payouts retry ${plainText(id)} ${each.item} [--to <wallet>]`,
    ]),
  ];
}

/** @throws Refusal FILE_UNREADABLE, FILE_NOT_JSON; what stands in it is the API's to judge */
function readPayouts(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Refusal('FILE_UNREADABLE', `${file} cannot be read.`, { file });
  }
  try {
    const payouts: unknown = JSON.parse(text);
    if (Array.isArray(payouts)) return payouts;
  } catch {
    // said below
  }
  throw new Refusal(
    'FILE_NOT_JSON',
    `${file} is no JSON list of payouts: [{"recipient": "…", "amount": 1.5, "reference": "…"}].`,
    { file },
  );
}
