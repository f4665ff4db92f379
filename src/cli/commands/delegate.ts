import pc from 'picocolors';
import { z } from 'zod';
import { dataFolderPath, readRuntime } from '../../embedded/data-folder.js';
import { Refusal } from '../../kernel/errors.js';
import { usdcToMicros } from '../../kernel/money.js';
import { requireInstallation } from '../connect.js';
import { plainText, usdc } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import type { ReadOptions } from './audit.js';
import { ownWallet } from './mandate.js';

const named = z.looseObject({ delegate: z.string(), network: z.string(), asset: z.string() });

export interface DelegateOptions extends ReadOptions {
  /** USDC in all */
  readonly limit?: number;
  /** key file */
  readonly wallet?: string;
  readonly rpc?: string;
}

/** Names the delegate, and has the wallet approve it (`ApproveChecked`) where a limit is given. */
export async function mandateDelegate(options: DelegateOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const { delegate, network, asset } = await client.get('/mandates/delegate', named);
  const { limit } = options;
  const signature = limit === undefined ? undefined : await approved(delegate, asset, limit, options);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ delegate, network, asset, signature }, null, 2)}\n`);
  else
    new Screen().say(
      `Your delegate is ${plainText(delegate)}, on ${plainText(network)}.`,
      ...(limit === undefined
        ? ['  Approve it for a limit: quittance mandate delegate --limit <usdc>']
        : [
            `${pc.green('✓')} It may spend ${usdc(`${usdcToMicros(limit)}`)} of your wallet in all; the chain counts.`,
            `  transaction ${plainText(signature ?? '')}`,
            '  quittance run "…" --wallet <file> --delegated',
          ]),
    );
  return 0;
}

async function approved(
  delegate: string,
  mint: string,
  limit: number,
  options: DelegateOptions,
): Promise<string> {
  const rpcUrl = rpcOf(options);
  const wallet = await ownWallet(options);
  return wallet.approveDelegate({ rpcUrl, mint, delegate, amount: usdcToMicros(limit) });
}

/** @throws Refusal RPC_MISSING */
export function rpcOf({ rpc, url, data }: Pick<DelegateOptions, 'rpc' | 'url' | 'data'>): string {
  const own = url === undefined ? readRuntime(data ?? dataFolderPath(process.env))?.['rpcUrl'] : undefined;
  const found = rpc ?? (typeof own === 'string' ? own : undefined);
  if (found !== undefined && URL.canParse(found)) return found;
  throw new Refusal('RPC_MISSING', 'Name the JSON-RPC of a Solana node by --rpc.');
}
