import { address } from '@solana/kit';
import { startFacilitator } from './facilitator.js';
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
    const { dataDir, facilitatorPort: port = 0 } = options;
    const facilitator = await startFacilitator({ dataDir, rpcUrl: solana.rpcUrl, network: DEVNET, port });
    const feePayer = address(facilitator.feePayer);
    if (solana.lamportsOf(feePayer) < LEAST_FEE_FUNDS) await solana.faucet.sol(feePayer, FEE_FUNDS);
    return {
      rpcUrl: solana.rpcUrl,
      wsUrl: solana.wsUrl,
      facilitatorUrl: facilitator.url,
      network: DEVNET,
      mint: DEVNET_USDC,
      faucet: async (owner, micros) => {
        const signature = await solana.faucet.usdc(address(owner), micros);
        await solana.durable();
        return signature;
      },
      skipSlots: (count) => solana.skipSlots(count),
      close: async () => {
        await facilitator.close();
        await solana.close();
      },
    };
  } catch (error) {
    await solana.close();
    throw error;
  }
}
