import { Refusal } from '../../src/kernel/errors.js';
import type {
  Fate,
  Outgoing,
  PreparedTransfers,
  RecipientState,
  TransferSender,
} from '../../src/ports/transfers.js';
import type { Network } from './network.js';
import { BLOCK_MS, FINAL_AFTER, VALID_FOR } from './paid-services.js';

type Sent = Pick<PreparedTransfers, 'transaction' | 'signature'>;

interface Signed {
  readonly transfers: readonly { readonly to: string; readonly amount: string }[];
  readonly validUntil: number;
}

export interface TransferWatcher {
  /** money has left the escrow */
  left(signature: string, transfers: readonly Outgoing[]): void;
}

/** The way out of the escrow: the same signed bytes land once at most, run without effect, or come to nothing. */
export class OutgoingTransfers implements TransferSender {
  /** somebody has them in hand and has not put them on the chain yet */
  underWay = 0;
  private signatures = 0;
  private readonly chain = new Map<string, { readonly height: number; readonly failed: boolean }>();

  constructor(
    private readonly network: Network,
    private readonly watcher: TransferWatcher,
  ) {}

  recipient(): Promise<RecipientState> {
    const { random } = this.network;
    return this.network.call('look at a recipient', () =>
      this.met(0.15, 'recipient not ready')
        ? random.pick(['missing', 'frozen', 'foreign'] as const)
        : 'ready',
    );
  }

  async prepare(transfers: readonly Outgoing[]): Promise<PreparedTransfers> {
    const { random } = this.network;
    await this.network.wait(random.between(0, 3));
    if (this.met(0.05, 'fees unpayable'))
      throw new Refusal('FEES_UNPAYABLE', 'Nobody pays the fees.', {}, 'retryable');
    if (this.met(0.05, 'transfer would fail')) throw new Refusal('TRANSFER_WOULD_FAIL', 'It would fail.');
    const count = this.network.stormy ? random.between(1, transfers.length) : transfers.length;
    const taken = transfers.slice(0, count);
    const height = this.height;
    const signed: Signed = {
      transfers: taken.map(({ to, amount }) => ({ to, amount: `${amount}` })),
      validUntil: height + VALID_FOR,
    };
    return {
      transaction: Buffer.from(JSON.stringify(signed)).toString('base64'),
      signature: `${'6'.repeat(80)}${String(++this.signatures).padStart(8, 'z')}`,
      blockhash: '1'.repeat(32),
      lastValidBlockHeight: BigInt(signed.validUntil),
      slot: BigInt(height),
      count,
      opens: [],
    };
  }

  broadcast({ transaction, signature }: Sent): Promise<void> {
    const { random, scheduler } = this.network;
    return this.network.call('send a transfer', () => {
      const signed = JSON.parse(Buffer.from(transaction, 'base64').toString()) as Signed;
      if (this.met(0.15, 'transfer dropped')) return;
      if (!this.met(0.2, 'transfer late')) return this.land(signature, signed);
      this.underWay++;
      scheduler.after(random.between(1_000, 75_000), undefined, 'transferred late', () => {
        this.underWay--;
        this.land(signature, signed);
      });
    });
  }

  fate({
    signature,
    lastValidBlockHeight,
  }: Pick<PreparedTransfers, 'signature' | 'lastValidBlockHeight'>): Promise<Fate> {
    return this.network.call('ask for a fate', () => {
      const final = this.height - FINAL_AFTER;
      const found = this.chain.get(signature);
      if (!found && BigInt(final) > lastValidBlockHeight) return { status: 'expired', height: BigInt(final) };
      if (!found || found.height > final || this.met(0.1, 'chain late')) return { status: 'pending' };
      const slot = BigInt(found.height);
      return found.failed ? { status: 'failed', slot, reason: 'it ran out' } : { status: 'finalized', slot };
    });
  }

  private land(signature: string, { transfers, validUntil }: Signed): void {
    if (this.chain.has(signature) || this.height > validUntil) return;
    const failed = this.met(0.1, 'transfer failed');
    this.chain.set(signature, { height: this.height, failed });
    if (failed) return;
    this.watcher.left(
      signature,
      transfers.map(({ to, amount }) => ({ to, amount: BigInt(amount) as Outgoing['amount'] })),
    );
  }

  private get height(): number {
    return Math.floor(this.network.scheduler.now / BLOCK_MS);
  }

  private met(probability: number, fault: Parameters<Network['faults']['met']>[1]): boolean {
    const { stormy, random, faults } = this.network;
    return stormy && faults.met(random.chance(probability), fault);
  }
}
