import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { Wallet } from '../../adapters/solana/wallet.js';
import { dataFolderPath } from '../../embedded/data-folder.js';
import { Refusal } from '../../kernel/errors.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { amount, plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';

export interface GrantOptions extends ConnectOptions {
  readonly wallet?: string;
  readonly total: number;
  readonly perPlan?: number;
  readonly recipient: readonly string[];
  readonly days: number;
  readonly json?: boolean;
}

const mandateView = z.looseObject({
  id: z.string(),
  status: z.string(),
  wallet: z.string(),
  maxTotalMicro: z.string(),
  maxPerTransactionMicro: z.string(),
  usedMicro: z.string(),
  remainingMicro: z.string(),
  allowedRecipients: z.array(z.string()).nullable(),
  expiresAt: z.string(),
});
const challenged = z.looseObject({ message: z.string() });
const granted = z.looseObject({ mandate: mandateView });
const listed = z.looseObject({ mandates: z.array(mandateView) });
type View = z.output<typeof mandateView>;

const DAY = 24 * 3_600_000;

/** Has the message shown and signed here; the key stays in its file. */
export async function mandateGrant(options: GrantOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const wallet = await ownWallet(options);
  const { total, perPlan = total, recipient, days } = options;
  const { message } = await client.post(
    '/mandates/challenge',
    {
      wallet: wallet.address,
      maxTotal: total,
      maxPerTransaction: perPlan,
      ...(recipient.length > 0 && { allowedRecipients: recipient }),
      expiresAt: new Date(Date.now() + days * DAY).toISOString(),
    },
    challenged,
  );
  const signature = await wallet.sign(message);
  const { mandate } = await client.post('/mandates', { message, signature }, granted);
  show(options, mandate, [pc.dim(plainText(message.split('\n')[3] ?? '')), ...mandateLines(mandate)]);
  return 0;
}

export async function mandateList(options: ConnectOptions & { readonly json?: boolean }): Promise<number> {
  const { client } = requireInstallation(options);
  const { mandates } = await client.get('/mandates', listed);
  const lines = mandates.length > 0 ? mandates.flatMap(mandateLines) : ['You have granted no mandate.'];
  show(options, mandates, lines);
  return 0;
}

export async function mandateRevoke(
  id: string,
  options: ConnectOptions & { readonly json?: boolean },
): Promise<number> {
  const { client } = requireInstallation(options);
  const { mandate } = await client.post(`/mandates/${encodeURIComponent(id)}/revoke`, {}, granted);
  show(options, mandate, mandateLines(mandate));
  return 0;
}

function show(options: { readonly json?: boolean }, value: unknown, lines: readonly string[]): void {
  if (options.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else new Screen().say(...lines);
}

export function mandateLines(mandate: View): string[] {
  const { id, status, maxTotalMicro, maxPerTransactionMicro, remainingMicro, allowedRecipients } = mandate;
  const mark = status === 'active' ? pc.green('✓') : pc.dim('·');
  const whom = allowedRecipients?.map(plainText).join(', ') ?? 'whoever a plan names';
  return [
    `${mark} ${plainText(id)} ${plainText(status)} until ${plainText(mandate.expiresAt)}`,
    `  ${amount(remainingMicro)} of ${amount(maxTotalMicro)} USDC left, ${amount(maxPerTransactionMicro)} for one plan, for ${whom}`,
  ];
}

/** The file that is named, or the wallet of the data folder. @throws Refusal WALLET_MISSING */
export async function ownWallet({
  wallet,
  data,
}: {
  readonly wallet?: string;
  readonly data?: string;
}): Promise<Wallet> {
  const path = wallet ?? join(data ?? dataFolderPath(process.env), 'wallet.json');
  if (existsSync(path)) return Wallet.open(path);
  throw new Refusal('WALLET_MISSING', `There is no key file ${path}. Name one by --wallet.`, { path });
}
