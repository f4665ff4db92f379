import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { undoChild } from './children.js';
import { isLocal } from './execute-plan.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Reaction, type Saga, type StepTask, send } from './reaction.js';

type Handled = WorkflowEventOf<
  | 'StepCompensationScheduled'
  | 'StepCompensationRetryScheduled'
  | 'CompensationFailed'
  | 'CompensationResolved'
>;

/**
 * Brings what is to be undone to those who undo it, and keeps its clocks. The order is decided by the Workflow itself.
 * A step that was a workflow is undone by that one's own steps, and hears of its end by an event of that one.
 */
export const compensateRun: Saga = {
  name: 'compensate-run',
  handles: [
    'StepCompensationScheduled',
    'StepCompensationRetryScheduled',
    'CompensationFailed',
    'CompensationResolved',
  ],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const { runNo } = event;
    const workflowId = aggregateIdOf(recorded);
    const { occurredAt } = recorded.metadata;
    if (event.type === 'CompensationFailed')
      return event.parent ? undoChild(event.parent, workflowId, recorded.id, occurredAt) : [];
    if (event.type === 'CompensationResolved')
      return (event.children ?? []).flatMap(({ stepId, childId }) =>
        undoChild({ workflowId, runNo, stepId }, childId, recorded.id, occurredAt),
      );
    const { stepId, attempt } = event;
    const undo = `${workflowId}/${runNo}/${stepId}/undo/${attempt}`;
    const of = { runNo, stepId, attempt };
    if (event.type === 'StepCompensationRetryScheduled') {
      const again = send(workflow, workflowId, { type: 'RetryStepCompensation', ...of });
      return [{ do: 'timer', id: `${undo}/retry`, dueAt: event.at, action: { do: 'command', send: again } }];
    }
    if (event.child !== undefined)
      return undoChild({ workflowId, runNo, stepId }, event.child, recorded.id, occurredAt);
    const task: StepTask = { workflowId, ...of, undo: true, revision: recorded.revision };
    return isLocal(event.kind) ? [{ do: 'run-step', step: task }] : dispatch(undo, task, event);
  },
};

/** A job for a worker, again if nobody took it in time, and an end to waiting for its answer. */
function dispatch(
  undo: string,
  task: StepTask,
  { scheduledAt, timeoutMs }: WorkflowEventOf<'StepCompensationScheduled'>,
): Reaction[] {
  const { workflowId, runNo, stepId, attempt } = task;
  const job = (id: string, only = {}): Job => ({
    kind: 'step',
    priority: 'normal',
    id,
    correlationId: workflowId,
    payload: { ...task, ...only },
  });
  const message = `Undoing the step gave no result within ${timeoutMs} ms.`;
  const timeout = send(workflow, workflowId, {
    type: 'ReportStepCompensationFailed',
    runNo,
    stepId,
    attempt,
    error: { code: 'STEP_TIMEOUT', message, kind: 'unknown' },
  });
  return [
    { do: 'job', job: job(`step/${undo}`) },
    {
      do: 'timer',
      id: `${undo}/dispatch`,
      dueAt: plusMs(scheduledAt, LIMITS.dispatchTimeout),
      action: { do: 'job', job: job(`step/${undo}/again`, { unclaimed: true }) },
    },
    {
      do: 'timer',
      id: `${undo}/timeout`,
      dueAt: plusMs(scheduledAt, timeoutMs),
      action: { do: 'command', send: timeout },
    },
  ];
}
