import { createSolanaRpc, generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import { SolanaSender } from '../../src/adapters/solana/sender.js';
import { requestFees } from '../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { type EmbeddedChain, startChain } from '../../src/embedded/chain.js';
import { uuidv5 } from '../../src/kernel/event.js';
import { toMicros } from '../../src/kernel/money.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { temporaryFolder } from './folder.js';

export const AT = '2026-01-02T03:04:05.678Z';
export const FUNDS = 50_000_000n;
/** slots after which what landed is final */
export const FINAL = 40;
/** slots after which signed bytes are too old, and the chain has made that final */
export const TOO_LATE = 200;

/** A chain whose time stands still, an escrow with money on it, and books in memory. */
export interface PayingHouse {
  readonly chain: EmbeddedChain;
  readonly signer: KeyPairSigner;
  readonly sender: SolanaSender;
  readonly store: MemoryEventStore;
  readonly handler: CommandHandler;
  readonly timers: MemoryTimerStore;
  readonly clock: { now(): number };
  /** a sender by way of another node */
  senderAt(rpcUrl: string): SolanaSender;
  /** micro-USDC of a wallet; undefined without a token account */
  tokensOf(wallet: string): Promise<bigint | undefined>;
  lamportsOf(wallet: string): Promise<bigint>;
  /** a user with FUNDS in escrow */
  fundedUser(userId: string, wallet: string): Promise<void>;
  close(): Promise<void>;
}

export async function payingHouse(): Promise<PayingHouse> {
  const folder = temporaryFolder();
  const chain = await startChain({ dataDir: folder.path, now: () => 1_700_000_000_000 });
  const signer = await generateKeyPairSigner();
  const { rpcUrl, mint, network } = chain;
  await chain.faucet(signer.address, FUNDS);
  await requestFees(rpcUrl, signer.address);
  const rpc = createSolanaRpc(rpcUrl);
  const store = new MemoryEventStore();
  const clock = { now: () => Date.parse(AT) };
  const handler = new CommandHandler(store, clock);
  const senderAt = (url: string) => new SolanaSender({ rpcUrl: url, signer, mint });
  return {
    chain,
    signer,
    store,
    handler,
    clock,
    senderAt,
    sender: senderAt(rpcUrl),
    timers: new MemoryTimerStore(),
    tokensOf: async (wallet) => {
      const account = await tokenAccountOf(wallet, mint);
      const { value } = await rpc.getAccountInfo(account, { encoding: 'base64' }).send();
      return value ? Buffer.from(value.data[0], 'base64').readBigUInt64LE(64) : undefined;
    },
    lamportsOf: async (wallet) => (await rpc.getBalance(wallet as KeyPairSigner['address']).send()).value,
    fundedUser: async (userId, wallet) => {
      const signature = `deposit of ${userId}`;
      const amount = toMicros(FUNDS);
      for (const command of [
        { type: 'OpenEscrowAccount', userId, wallet, network, asset: mint, at: AT },
        { type: 'SubmitDeposit', signature, amount, at: AT, expiresAt: AT },
        { type: 'ConfirmDeposit', signature, amount, slot: 1n },
      ] as const)
        await handler.send(escrow, userId, command, by(`${userId}/${command.type}`));
    },
    close: async () => {
      await chain.close();
      folder.remove();
    },
  };
}

export const by = (what: string) => ({
  commandId: uuidv5(what),
  correlationId: what,
  actor: { type: 'system', id: 'test' } as const,
});
