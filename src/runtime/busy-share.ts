import { performance } from 'node:perf_hooks';

/** @returns tells for which share of the time since it was asked last this thread was busy, 0 to 1 */
export function busyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
