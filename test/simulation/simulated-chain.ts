import { type Micros, toMicros } from '../../src/kernel/money.js';
import type { Chain, DepositTransfer, MemoSearch } from '../../src/ports/chain.js';
import { depositMemo } from '../../src/requests/open-escrow.js';
import type { Network } from './network.js';

const MINT = 'USDC';

/** What escrow sees of the chain: deposits that are what their owners say, and what was given back to it. */
export class SimulatedChain implements MemoSearch, Pick<Chain, 'mint' | 'lookupDeposit' | 'escrowAddress'> {
  readonly mint = MINT;
  /** by the memo it was asked for under */
  private readonly back = new Map<string, DepositTransfer>();

  constructor(
    private readonly network: Network,
    private readonly funds: bigint,
  ) {}

  escrowAddress: Chain['escrowAddress'] = async () => ({ owner: 'ESCROW', tokenAccount: 'ESCROWACCOUNT' });

  /** Whoever asks again under the same memo is given back no more. @returns whether it was the first */
  giveBack(memo: string, amount: Micros): boolean {
    if (this.back.has(memo)) return false;
    const signature = `R${this.back.size}`;
    const transfer = { signature, slot: 1n, amount, mint: MINT, signers: ['SOMEBODY'], memos: [memo] };
    this.back.set(memo, transfer);
    return true;
  }

  withMemo(memo: string): Promise<readonly string[]> {
    return this.network.call('look for a memo', () => {
      const back = this.back.get(memo);
      return back ? [back.signature] : [];
    });
  }

  lookupDeposit: Chain['lookupDeposit'] = (signature) =>
    this.network.call('look up deposit', () => {
      const { stormy, random } = this.network;
      if (stormy && random.chance(0.3)) return { status: 'pending' } as const;
      const back = [...this.back.values()].find((transfer) => transfer.signature === signature);
      return { status: 'finalized', transfer: back ?? this.deposit(signature) } as const;
    });

  private deposit(signature: string): DepositTransfer {
    const userId = `user_${signature[0]}`;
    return {
      signature,
      slot: 1n,
      amount: toMicros(this.funds),
      mint: MINT,
      signers: [`W${userId}`],
      memos: [depositMemo(userId)],
    };
  }
}
