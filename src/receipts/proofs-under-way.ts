import type { Clock } from '../ports/clock.js';
import type { ProvingProgress } from '../ports/prover.js';

/** as last heard of; a proof of which nothing was heard waits for others, or its prover was lost */
const REMEMBERED_MS = 5 * 60_000;
const MOST = 1_000;

/**
 * How far the proofs are that are being made. Told by their provers as they go, kept in memory, lost without harm:
 * whether there is a proof stands in the receipt's events.
 */
export class ProofsUnderWay {
  private readonly told = new Map<string, { readonly progress: ProvingProgress; readonly at: number }>();

  constructor(private readonly clock: Clock) {}

  learn(receiptId: string, progress: ProvingProgress): void {
    this.told.delete(receiptId);
    this.told.set(receiptId, { progress, at: this.clock.now() });
    if (this.told.size <= MOST) return;
    const [oldest] = this.told.keys();
    this.told.delete(oldest!);
  }

  of(receiptId: string): ProvingProgress | undefined {
    const known = this.told.get(receiptId);
    return known && this.clock.now() - known.at < REMEMBERED_MS ? known.progress : undefined;
  }
}
