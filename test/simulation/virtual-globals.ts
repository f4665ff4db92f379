import type { Scheduler } from './scheduler.js';

const forbidden = (what: string) => () => {
  throw new Error(`${what} was used: a simulated run must depend on nothing but its seed`);
};

/**
 * Puts simulated time under the real runtime: its `setTimeout` and `setInterval` become happenings of the scheduler, owned by the
 * process that asked for it, and the machine's own time and chance are refused. `performance.now` stands still:
 * pacing then always waits its whole pace, and no expression runs out of time.
 * @returns a function that gives the real ones back
 */
export function useSimulatedTime(scheduler: Scheduler): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    performance: globalThis.performance,
    dateNow: Date.now,
    mathRandom: Math.random,
  };
  const setSimulated = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const cancel = scheduler.timeout(ms, () => run(...args));
    return new SimulatedTimer(cancel);
  };
  const setSimulatedInterval = (run: () => void, ms: number) => {
    const timer = new SimulatedTimer(() => {});
    const again = () => {
      timer.cancel = scheduler.timeout(ms, () => {
        again();
        run();
      });
    };
    again();
    return timer;
  };
  const clearSimulated = (timer: SimulatedTimer | undefined) => timer?.cancel();
  const put = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  put('setTimeout', setSimulated);
  put('clearTimeout', clearSimulated);
  put('setInterval', setSimulatedInterval);
  put('clearInterval', clearSimulated);
  put('performance', { now: () => 0 });
  Date.now = forbidden('Date.now');
  Math.random = forbidden('Math.random');
  return () => {
    put('setTimeout', real.setTimeout);
    put('clearTimeout', real.clearTimeout);
    put('setInterval', real.setInterval);
    put('clearInterval', real.clearInterval);
    put('performance', real.performance);
    Date.now = real.dateNow;
    Math.random = real.mathRandom;
  };
}

class SimulatedTimer {
  constructor(public cancel: () => void) {}

  unref(): this {
    return this;
  }
}
