import { performance } from 'node:perf_hooks';
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

/** @returns tells for which share of the time since it was asked last this thread was busy */
function busyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
