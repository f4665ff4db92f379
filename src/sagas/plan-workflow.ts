import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';

/** A new workflow gets a plan within the planning time, or fails saying so (T01, T04). */
export const planWorkflow: Saga = {
  name: 'plan-workflow',
  handles: ['PlanningStarted', 'PlanProposed', 'PlanningFailed'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const workflowId = aggregateIdOf(recorded);
    const event = eventOf<WorkflowEventOf<'PlanningStarted' | 'PlanProposed' | 'PlanningFailed'>>(recorded);
    if (event.type === 'PlanProposed')
      return [
        {
          do: 'cancel-timers',
          ids: [planningTimer(workflowId, event.runNo), ...againTimers(workflowId, event.runNo)],
        },
      ];
    if (event.type === 'PlanningFailed' || event.given) return [];
    const { runNo, expiresAt } = event;
    return [
      {
        do: 'timer',
        id: planningTimer(workflowId, runNo),
        dueAt: expiresAt,
        action: {
          do: 'command',
          send: send(workflow, workflowId, {
            type: 'FailPlanning',
            runNo,
            code: 'PLANNING_TIMEOUT',
            message: 'No plan was found in time.',
            recoverable: true,
          }),
        },
      },
      { do: 'job', job: planJob(workflowId, runNo, `plan/${workflowId}/${runNo}`) },
      // the queue may lose the first and, within its time, whatever follows; what it has not lost it does not take twice
      ...againTimers(workflowId, runNo).map((id, times, [again]) => ({
        do: 'timer' as const,
        id,
        dueAt: plusMs(recorded.metadata.occurredAt, (times + 1) * LIMITS.dispatchTimeout),
        action: { do: 'job' as const, job: planJob(workflowId, runNo, again!) },
      })),
    ];
  },
};

const planningTimer = (workflowId: string, runNo: number): string => `${workflowId}/${runNo}/planning`;
const AGAIN = Math.ceil(LIMITS.planningTimeout / LIMITS.dispatchTimeout) - 1;
const againTimers = (workflowId: string, runNo: number): readonly string[] =>
  Array.from(
    { length: AGAIN },
    (_, times) => `plan/${workflowId}/${runNo}/again${times ? `-${times + 1}` : ''}`,
  );

const planJob = (workflowId: string, runNo: number, id: string): Job => ({
  kind: 'plan',
  priority: 'normal',
  id,
  correlationId: workflowId,
  payload: { workflowId, runNo },
});
