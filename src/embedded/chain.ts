import { join } from 'node:path';
import { address } from '@solana/kit';
import { keyFromFile } from '../adapters/solana/key-file.js';
import { Facilitator } from './facilitator/facilitator.js';
import { closeServer, portOf, serveFacilitator } from './facilitator/facilitator-server.js';
import { SettlementBook } from './facilitator/settlement-book.js';
import { EmbeddedSolana, type EmbeddedSolanaOptions } from './solana/embedded-solana.js';
import { DEVNET, DEVNET_USDC, LAMPORTS_PER_SOL } from './solana/well-known.js';

export interface ChainOptions extends EmbeddedSolanaOptions {
  /** 0 or absent: a free one */
  readonly facilitatorPort?: number;
}

export interface EmbeddedChain {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly facilitatorUrl: string;
  /** CAIP-2 */
  readonly network: typeof DEVNET;
  /** address of the USDC mint */
  readonly mint: string;
  /** Mints test USDC. @param micros micro-USDC @returns the transaction's signature */
  faucet(owner: string, micros: bigint): Promise<string>;
  /** Lets slots pass at once, for tests of expiry and finality. */
  skipSlots(count: number): void;
  close(): Promise<void>;
}

/** Fees are 5,000 lamports a signature: one SOL is a hundred thousand payments. */
const LEAST_FEE_FUNDS = LAMPORTS_PER_SOL;
const FEE_FUNDS = 100n * LAMPORTS_PER_SOL;

/** A Solana with a USDC mint and an x402 facilitator, both on loopback, both durable in `dataDir`. */
export async function startChain(options: ChainOptions): Promise<EmbeddedChain> {
  const solana = await EmbeddedSolana.start(options);
  try {
    const book = new SettlementBook(join(options.dataDir, 'settlements.jsonl'));
    const feePayer = await keyFromFile(join(options.dataDir, 'facilitator.json'));
    if (solana.lamportsOf(feePayer.address) < LEAST_FEE_FUNDS)
      await solana.faucet.sol(feePayer.address, FEE_FUNDS);
    const facilitator = new Facilitator(DEVNET, feePayer, solana.rpcUrl, book);
    const server = await serveFacilitator(facilitator, options.facilitatorPort ?? 0);
    return {
      rpcUrl: solana.rpcUrl,
      wsUrl: solana.wsUrl,
      facilitatorUrl: `http://127.0.0.1:${portOf(server)}`,
      network: DEVNET,
      mint: DEVNET_USDC,
      faucet: async (owner, micros) => {
        const signature = await solana.faucet.usdc(address(owner), micros);
        await solana.durable();
        return signature;
      },
      skipSlots: (count) => solana.skipSlots(count),
      close: async () => {
        await closeServer(server);
        book.close();
        await solana.close();
      },
    };
  } catch (error) {
    await solana.close();
    throw error;
  }
}
