import pc from 'picocolors';
import { z } from 'zod';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { plainText } from '../show/figures.js';
import { reconciliation, reconciliationLines } from '../show/reconciliation.js';
import { Screen } from '../show/screen.js';
import type { ReadOptions } from './audit.js';

const PATH = '/monitor/reconciliation';
const answer = z.looseObject({ reconciliation });

/** @returns 1 when ledger, accounts and chain differ */
export async function reconcile(options: ReadOptions & { readonly last?: boolean }): Promise<number> {
  const { client } = requireInstallation(options);
  const found = options.last ? await client.get(PATH, answer) : await client.post(PATH, {}, answer);
  const report = found.reconciliation;
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else new Screen().say(...reconciliationLines(report));
  return report.isClean ? 0 : 1;
}

const told = z.looseObject({ message: z.string() });

export async function freeze(
  userId: string,
  isFreeze: boolean,
  options: ConnectOptions & { readonly reason: string },
): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/escrow/${encodeURIComponent(userId)}/${isFreeze ? 'freeze' : 'unfreeze'}`;
  const { message } = await client.post(path, { reason: options.reason }, told);
  new Screen().say(`${pc.green('✓')} ${plainText(message)}`);
  return 0;
}
