import { LIMITS } from '../kernel/limits.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { RunViews } from './run-view.js';
import type { StepExecutor } from './step-executor.js';

/** Gives what the signal brought, or waits for it and then gives what its input says. */
export const signal =
  (clock: Clock, views: Pick<RunViews, 'signalOf'>): StepExecutor =>
  async ({ run, step, input }) => {
    const its = run.steps[step.id];
    if (its?.status === 'scheduled' && its.signalId !== undefined)
      return { output: await views.signalOf(run, its.signalId), cost: ZERO };
    const until = isoTime(clock.now() + (step.signal?.forMs ?? LIMITS.waitTime));
    return { output: input, cost: ZERO, until };
  };
