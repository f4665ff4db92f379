import { join } from 'node:path';
import { address, signBytes } from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { keyFromFile } from '../../../adapters/solana/key-file.js';
import { Refusal } from '../../../kernel/errors.js';
import type { ReceiptSigner } from './jws.js';

/**
 * The provider's wallet, made on first use. Where the embedded chain is named, its faucet opens the token account
 * that payments arrive in, with one micro-USDC; elsewhere whoever owns the wallet has to.
 * @returns its address, and what signs with its key
 */
export async function openWallet(dataDir: string, mint: string, rpcUrl?: string): Promise<ReceiptSigner> {
  const { address: owner, keyPair } = await keyFromFile(join(dataDir, 'provider.json'));
  const wallet = {
    address: owner as string,
    sign: (bytes: Uint8Array) => signBytes(keyPair.privateKey, bytes),
  };
  if (rpcUrl === undefined) return wallet;
  const [account] = await findAssociatedTokenPda({
    owner,
    mint: address(mint),
    tokenProgram: TOKEN_PROGRAM_ADDRESS,
  });
  const there = (await ask(rpcUrl, 'getAccountInfo', [account, { encoding: 'base64' }])) as {
    value: unknown;
  };
  if (there.value === null) await ask(rpcUrl, 'requestTokenAirdrop', [owner, '1']);
  return wallet;
}

/** The faucet is a method of the embedded chain alone, so no client library knows it. */
async function ask(rpcUrl: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message?: string } };
  if (error !== undefined || result === undefined)
    throw new Refusal('WALLET_NOT_OPENED', 'The chain did not open the provider’s token account.', {
      method,
      answer: error?.message ?? null,
    });
  return result;
}
