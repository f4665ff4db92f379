import { systemClock } from '../adapters/system/clock.js';
import type { LiveBus } from '../ports/live.js';
import type { ProvingProgress } from '../ports/prover.js';
import { ProofsUnderWay } from '../receipts/proofs-under-way.js';

const PROOFS = 'progress.proofs';

interface Told {
  readonly receiptId: string;
  readonly progress: ProvingProgress;
}

/** Whoever makes a proof tells how far it is … */
export const tellProgress =
  (live: LiveBus) =>
  (receiptId: string, progress: ProvingProgress): void =>
    live.publish(PROOFS, { receiptId, progress } satisfies Told);

/** … to those who answer from it. */
export function proofsUnderWay(live: LiveBus): ProofsUnderWay {
  const proofs = new ProofsUnderWay(systemClock);
  live.subscribe(PROOFS, (message) => {
    const { receiptId, progress } = message as Told;
    proofs.learn(receiptId, progress);
  });
  return proofs;
}
