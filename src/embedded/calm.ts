import { busyShare } from '../runtime/busy-share.js';
import { pause } from '../runtime/pause.js';

const LOOK_EVERY_MS = 1_000;
/** share of the time between two looks for which this thread may have been busy */
const QUIET = 0.2;
const PATIENCE_MS = 60_000;

/** Resolves once this program has had little to do for a second; after a minute in any case, or when it is to stop. */
export async function calm(stopping: AbortSignal, busy = busyShare()): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && !stopping.aborted; waited += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS, stopping);
    if (busy() < QUIET) return;
  }
}
