import { workflow } from '../commands/workflow/decide.js';
import { needsNobody } from '../commands/workflow/planning.js';
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
    if (event.type === 'PlanningFailed') return [];
    if (event.type === 'PlanProposed') {
      if (wasThereAtOnce(event)) return [];
      return [
        {
          do: 'cancel-timers',
          ids: [planningTimer(workflowId, event.runNo), ...againTimers(workflowId, event.runNo)],
        },
      ];
    }
    if (event.given) return [];
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
      { do: 'job', job: planJob(workflowId, runNo, `plan/${workflowId}/${runNo}`, recorded.revision) },
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

/**
 * It came with the workflow, in one append: nothing watched over its planning. One that names services may have come
 * so too, or not: what is not there is taken back for nothing.
 */
const wasThereAtOnce = ({ runNo, planner, plan }: WorkflowEventOf<'PlanProposed'>): boolean =>
  runNo === 1 && planner === 'given' && needsNobody(plan.steps);

const planningTimer = (workflowId: string, runNo: number): string => `${workflowId}/${runNo}/planning`;
const AGAIN = Math.ceil(LIMITS.planningTimeout / LIMITS.dispatchTimeout) - 1;
const againTimers = (workflowId: string, runNo: number): readonly string[] =>
  Array.from(
    { length: AGAIN },
    (_, times) => `plan/${workflowId}/${runNo}/again${times ? `-${times + 1}` : ''}`,
  );

/** @param revision of the event that asks for it; who is asked later looks again what has become of it */
const planJob = (workflowId: string, runNo: number, id: string, revision?: number): Job => ({
  kind: 'plan',
  priority: 'normal',
  id,
  correlationId: workflowId,
  payload: { workflowId, runNo, ...(revision !== undefined && { revision }) },
});
