import type { Scheduler } from './scheduler.js';

const forbidden = (what: string) => () => {
  throw new Error(`${what} was used: a simulated run must depend on nothing but its seed`);
};

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  performance: globalThis.performance,
  dateNow: Date.now,
  mathRandom: Math.random,
};

/** whose time it is; the machine's own when undefined */
let present: Scheduler | undefined;
let isInstalled = false;

/**
 * Puts simulated time under the real runtime: its `setTimeout` and `setInterval` become happenings of the scheduler, owned by the
 * process that asked for it, and the machine's own time and chance are refused. `performance.now` stands still:
 * pacing then always waits its whole pace, and no expression runs out of time.
 * @returns a function that gives the real ones back
 */
export function useSimulatedTime(scheduler: Scheduler): () => void {
  install();
  present = scheduler;
  Date.now = forbidden('Date.now');
  Math.random = forbidden('Math.random');
  return () => {
    present = undefined;
    Date.now = real.dateNow;
    Math.random = real.mathRandom;
  };
}

/** Once for all worlds: jest keeps every value a global has ever had, and with it the world it belonged to. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const put = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  put('setTimeout', (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    present ? after(present, run, ms, args) : real.setTimeout(run, ms, ...args),
  );
  put('setInterval', (run: () => void, ms: number) =>
    present ? every(present, run, ms) : real.setInterval(run, ms),
  );
  put('clearTimeout', clear(real.clearTimeout));
  put('clearInterval', clear(real.clearInterval));
  put('performance', {
    now: () => (present ? 0 : real.performance.now()),
    timeOrigin: real.performance.timeOrigin,
  });
}

const after = (
  scheduler: Scheduler,
  run: (...args: unknown[]) => void,
  ms: number,
  args: readonly unknown[],
): SimulatedTimer => new SimulatedTimer(scheduler.timeout(ms, () => run(...args)));

function every(scheduler: Scheduler, run: () => void, ms: number): SimulatedTimer {
  const timer = new SimulatedTimer(() => {});
  const again = () => {
    timer.cancel = scheduler.timeout(ms, () => {
      again();
      run();
    });
  };
  again();
  return timer;
}

const clear =
  (clearReal: (timer: NodeJS.Timeout | undefined) => void) =>
  (timer: SimulatedTimer | NodeJS.Timeout | undefined): void => {
    if (timer instanceof SimulatedTimer) timer.cancel();
    else clearReal(timer);
  };

class SimulatedTimer {
  constructor(public cancel: () => void) {}

  unref(): this {
    return this;
  }
}
