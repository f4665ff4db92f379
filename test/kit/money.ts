import { createSolanaRpc, generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { GuardedClient } from '../../src/adapters/http/guarded-client.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { X402Payer } from '../../src/adapters/x402/payer.js';
import { type EmbeddedChain, startChain } from '../../src/embedded/chain.js';
import { temporaryFolder } from './folder.js';
import { type PaidService, servePaid } from './paid-service.js';
import { PATIENCE_MS } from './patience.js';

export interface MoneyWorld {
  readonly chain: EmbeddedChain;
  readonly escrow: KeyPairSigner;
  readonly provider: KeyPairSigner;
  readonly service: PaidService;
  readonly payer: X402Payer;
  /** for wallets and the like; gone at the end */
  readonly folder: string;
  /** micro-USDC of an address */
  balanceOf(owner: string): Promise<bigint>;
  close(): Promise<void>;
}

export const PRICE = 10_000n;
export const FUNDS = 5_000_000n;

/** A chain, a facilitator, a paid service, and an escrow that can pay it. All real. */
export async function moneyWorld(): Promise<MoneyWorld> {
  const folder = temporaryFolder();
  // One long slot: time on this chain passes only when a test says so.
  const chain = await startChain({ dataDir: folder.path, now: () => 1_700_000_000_000 });
  const [escrow, provider] = await Promise.all([generateKeyPairSigner(), generateKeyPairSigner()]);
  await chain.faucet(escrow.address, FUNDS);
  await chain.faucet(provider.address, 1n);
  const service = await servePaid(chain, provider.address, PRICE.toString());
  const http = new GuardedClient({ allowedOrigins: [service.url] });
  const { rpcUrl, network, mint } = chain;
  const payer = new X402Payer({ http, signer: escrow, rpcUrl, network, mint, timeoutMs: PATIENCE_MS });
  const rpc = createSolanaRpc(rpcUrl);
  return {
    chain,
    escrow,
    provider,
    service,
    payer,
    folder: folder.path,
    balanceOf: async (owner) => {
      const account = await tokenAccountOf(owner, mint);
      return BigInt((await rpc.getTokenAccountBalance(account).send()).value.amount);
    },
    close: async () => {
      await service.close();
      await http.close();
      await chain.close();
      folder.remove();
    },
  };
}
