import { isRefusal } from '../kernel/errors.js';
import type { Planner } from '../ports/planner.js';

/** The first planner, and the second when the first fails. That nothing leads to the result is an answer, not a failure. */
export const withFallback = (first: Planner, second: Planner): Planner => ({
  name: `${first.name}, else ${second.name}`,
  async plan(request, signal) {
    try {
      return await first.plan(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isRefusal(error, 'PLANNER_ERROR')) throw error;
      return await second.plan(request, signal);
    }
  },
});
