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
          ids: [planningTimer(workflowId, event.runNo), againTimer(workflowId, event.runNo)],
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
      // the queue may lose the first
      {
        do: 'timer',
        id: againTimer(workflowId, runNo),
        dueAt: plusMs(recorded.metadata.occurredAt, LIMITS.dispatchTimeout),
        action: { do: 'job', job: planJob(workflowId, runNo, againTimer(workflowId, runNo)) },
      },
    ];
  },
};

const planningTimer = (workflowId: string, runNo: number): string => `${workflowId}/${runNo}/planning`;
const againTimer = (workflowId: string, runNo: number): string => `plan/${workflowId}/${runNo}/again`;

const planJob = (workflowId: string, runNo: number, id: string): Job => ({
  kind: 'plan',
  priority: 'normal',
  id,
  correlationId: workflowId,
  payload: { workflowId, runNo },
});
