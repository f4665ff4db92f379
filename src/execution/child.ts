import { childIdOf } from '../kernel/child-id.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { parseMicros, ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import { childBody } from '../requests/child-body.js';
import type { RunViews } from './run-view.js';
import type { StepExecutor } from './step-executor.js';

/**
 * Asks for a workflow and waits for its end; then gives `{workflowId, mediaType, value}`, at what it cost. It is begun
 * by whoever hears that the step waits for it: a step that is repeated here begins nothing twice.
 */
export const child =
  (clock: Clock, views: Pick<RunViews, 'childResultOf'>): StepExecutor =>
  async ({ run, step, task, input }) => {
    const its = run.steps[step.id];
    if (its?.status === 'scheduled' && its.child) {
      const { workflowId, cost } = its.child;
      return {
        output: { workflowId, ...(await views.childResultOf(run, workflowId)) },
        cost: parseMicros(cost),
      };
    }
    const depth = run.created.parent?.depth ?? 0;
    if (depth >= LIMITS.childDepth)
      throw new Refusal(
        'CHILD_TOO_DEEP',
        `Workflows stand in workflows at most ${LIMITS.childDepth} generations deep.`,
        { allowed: LIMITS.childDepth },
      );
    const asked = childBody(input);
    const until = isoTime(clock.now() + (step.childForMs ?? LIMITS.waitTime));
    const { workflowId } = run.created;
    return {
      output: JSON.parse(JSON.stringify(asked)),
      cost: ZERO,
      until,
      child: childIdOf(workflowId, task.runNo, step.id, task.attempt),
    };
  };
