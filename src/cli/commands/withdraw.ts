import { setTimeout as pause } from 'node:timers/promises';
import pc from 'picocolors';
import { z } from 'zod';
import type { ApiClient } from '../api/client.js';
import { requireInstallation } from '../connect.js';
import { ownUser } from '../own-user.js';
import { plainText, usdc } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import type { ReadOptions } from './audit.js';

const requested = z.looseObject({ withdrawalId: z.string() });
const seen = z.looseObject({
  withdrawal: z.looseObject({
    id: z.string(),
    status: z.string(),
    amountMicro: z.string(),
    destination: z.string(),
    attempts: z.number(),
    signature: z.string().nullable(),
    explorerUrl: z.string().nullable(),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  }),
});
type Seen = z.output<typeof seen>['withdrawal'];

export interface WithdrawOptions extends ReadOptions {
  readonly to: string;
  readonly user?: string;
}

/** ms between two looks */
const LOOK = 500;

/** Takes money out of escrow and stays until the chain has decided. @returns 0 when it is there */
export async function withdraw(amount: number, options: WithdrawOptions): Promise<number> {
  const connection = requireInstallation(options);
  const { client } = connection;
  const path = `/escrow/${encodeURIComponent(options.user ?? (await ownUser(connection)))}/withdrawals`;
  const { withdrawalId } = await client.post(path, { amount, destination: options.to }, requested);
  const screen = new Screen(options.json ? process.stderr : process.stdout);
  screen.say(`${pc.green('✓')} ${withdrawalId} is requested.`);
  const end = await followed(client, `${path}/${encodeURIComponent(withdrawalId)}`, screen);
  if (options.json) process.stdout.write(`${JSON.stringify(end, null, 2)}\n`);
  else screen.say(...endLines(end));
  return end.status === 'confirmed' ? 0 : 1;
}

async function followed(client: ApiClient, path: string, screen: Screen): Promise<Seen> {
  for (let said = ''; ; await pause(LOOK)) {
    const { withdrawal } = await client.get(path, seen);
    if (withdrawal.status === 'confirmed' || withdrawal.status === 'failed') return withdrawal;
    const signed =
      withdrawal.signature === null ? '' : `  signed and sent: ${plainText(withdrawal.signature)}`;
    if (signed !== said) screen.say(pc.dim(signed));
    said = signed;
  }
}

export function endLines({
  status,
  amountMicro,
  destination,
  signature,
  explorerUrl,
  error,
}: Seen): string[] {
  if (status !== 'confirmed')
    return [
      `${pc.red('✗')} ${plainText(error?.message ?? '')} ${plainText(error?.code ?? '')}`,
      `  ${usdc(amountMicro)} are available again.`,
    ];
  return [
    `${pc.green('✓')} ${usdc(amountMicro)} are at ${plainText(destination)}.`,
    `  transaction ${plainText(signature ?? '')}`,
    ...(explorerUrl === null ? [] : [`  ${plainText(explorerUrl)}`]),
  ];
}
