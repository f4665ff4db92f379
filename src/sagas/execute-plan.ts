import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import type { StepKind } from '../events/plan.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import type { Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { beginChild, childTimers, endChild, reportChildEnd } from './children.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Reaction, type Saga, type StepTask, send, type Unstamped } from './reaction.js';

type Handled = WorkflowEventOf<
  | 'ExecutionStarted'
  | 'ExecutionResumed'
  | 'StepScheduled'
  | 'StepStarted'
  | 'StepRetryScheduled'
  | 'StepConfirmationRequested'
  | 'StepConfirmed'
  | 'StepConfirmationDeclined'
  | 'StepWaitStarted'
  | 'StepSignalled'
  | 'ChildClosed'
  | 'ChildDismissed'
  | 'StepCancelled'
  | 'CancellationRequested'
  | 'WorkflowFailed'
  | 'RunClosed'
>;

/**
 * Brings scheduled steps to those who run them and keeps the run's clocks. What is ready to run is decided by the
 * Workflow itself.
 */
export const executePlan: Saga = {
  name: 'execute-plan',
  handles: [
    'ExecutionStarted',
    'ExecutionResumed',
    'StepScheduled',
    'StepStarted',
    'StepRetryScheduled',
    'StepConfirmationRequested',
    'StepConfirmed',
    'StepConfirmationDeclined',
    'StepWaitStarted',
    'StepSignalled',
    'ChildClosed',
    'ChildDismissed',
    'StepCancelled',
    'CancellationRequested',
    'WorkflowFailed',
    'RunClosed',
  ],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const workflowId = aggregateIdOf(recorded);
    const event = eventOf<Handled>(recorded);
    if (event.type === 'StepCancelled') {
      const { stepId, attempt, waitOfRun } = event;
      if (waitOfRun === undefined) return [];
      return [{ do: 'cancel-timers', ids: [wakeOf(workflowId, waitOfRun, stepId, attempt)] }];
    }
    if (event.type === 'StepStarted') return started(workflowId, event);
    const { runNo } = event;
    switch (event.type) {
      case 'ExecutionStarted':
      case 'ExecutionResumed':
        return [
          after(`${workflowId}/${runNo}/deadline`, event.deadline, workflowId, {
            type: 'TimeOutWorkflow',
            runNo,
          }),
        ];
      case 'StepScheduled':
        return isLocal(event.kind)
          ? [{ do: 'run-step', step: taskOf(recorded, event) }]
          : dispatch(taskOf(recorded, event), event);
      case 'StepRetryScheduled': {
        const { stepId, attempt, at } = event;
        const id = `${workflowId}/${runNo}/${stepId}/${attempt}/retry`;
        return [after(id, at, workflowId, { type: 'RetryStep', runNo, stepId, attempt })];
      }
      case 'StepConfirmationRequested': {
        const { stepId, expiresAt } = event;
        const id = confirmationTimer(workflowId, event);
        return [after(id, expiresAt, workflowId, { type: 'ExpireConfirmation', runNo, stepId })];
      }
      case 'StepConfirmed':
      case 'StepConfirmationDeclined':
        return [{ do: 'cancel-timers', ids: [confirmationTimer(workflowId, event)] }];
      case 'StepWaitStarted': {
        const { stepId, attempt, until } = event;
        const command = { type: 'WakeStep', runNo, stepId, attempt } as const;
        return [
          after(wakeOf(workflowId, runNo, stepId, attempt), until, workflowId, command),
          ...beginChild(workflowId, event, recorded.metadata.occurredAt),
        ];
      }
      case 'ChildDismissed':
        return endChild(workflowId, event, recorded.metadata.occurredAt);
      case 'ChildClosed': {
        const { stepId, attempt, childId, outcome } = event;
        const ids = [wakeOf(workflowId, runNo, stepId, attempt), ...childTimers(childId)];
        const over: Reaction = { do: 'cancel-timers', ids };
        return outcome === 'completed' ? [over, { do: 'run-step', step: taskOf(recorded, event) }] : [over];
      }
      case 'StepSignalled': {
        const { stepId, attempt } = event;
        return [
          { do: 'cancel-timers', ids: [wakeOf(workflowId, runNo, stepId, attempt)] },
          { do: 'run-step', step: taskOf(recorded, event) },
        ];
      }
      case 'CancellationRequested':
      case 'WorkflowFailed': {
        const dueAt = plusMs(recorded.metadata.occurredAt, LIMITS.drainTimeout);
        return [after(`${workflowId}/${runNo}/drain`, dueAt, workflowId, { type: 'EndDrain', runNo })];
      }
      case 'RunClosed':
        return [
          { do: 'cancel-timers', ids: clocksOf(workflowId, event) },
          ...reportChildEnd(workflowId, event, recorded),
        ];
    }
  },
};

const confirmationTimer = (
  workflowId: string,
  { runNo, stepId }: { readonly runNo: number; readonly stepId: string },
): string => `${workflowId}/${runNo}/${stepId}/confirmation`;

/** A run that completed was not told to end before: nobody waited for it to drain. */
const clocksOf = (
  workflowId: string,
  { runNo, outcome }: WorkflowEventOf<'RunClosed'>,
): readonly string[] => [
  `${workflowId}/${runNo}/deadline`,
  ...(outcome === 'completed' ? [] : [`${workflowId}/${runNo}/drain`]),
];

const LOCAL: readonly StepKind[] = ['data_transform', 'conditional', 'wait', 'signal', 'workflow'];

/** Pure steps run in the process that decided them: a queue round trip would cost more than they do. */
export const isLocal = (kind: StepKind): boolean => LOCAL.includes(kind);

const wakeOf = (workflowId: string, runNo: number, stepId: string, attempt: number): string =>
  `${workflowId}/${runNo}/${stepId}/${attempt}/wake`;

const taskOf = (
  recorded: Recorded,
  { runNo, stepId, attempt }: WorkflowEventOf<'StepScheduled' | 'StepSignalled' | 'ChildClosed'>,
): StepTask => ({ workflowId: aggregateIdOf(recorded), runNo, stepId, attempt, revision: recorded.revision });

/**
 * A job for a worker, again while nobody has taken it: a queue may lose what it was given. How long it waits for its
 * turn, behind a limit for instance, is a matter of the run's deadline.
 */
function dispatch(task: StepTask, { scheduledAt, timeoutMs }: WorkflowEventOf<'StepScheduled'>): Reaction[] {
  const step = nameOf(task);
  const job: Job = {
    kind: 'step',
    priority: 'normal',
    id: `step/${step}`,
    correlationId: task.workflowId,
    payload: { ...task },
  };
  const again: Job = { ...job, payload: { ...task, unclaimed: true } };
  const late = { ...again, id: `${job.id}/again` };
  const [first, second] = dispatchTimers(step);
  return [
    { do: 'job', job },
    // under the same id: what the queue has not lost it does not take twice
    {
      do: 'timer',
      id: first,
      dueAt: plusMs(scheduledAt, LIMITS.dispatchTimeout),
      action: { do: 'job', job: again },
    },
    {
      do: 'timer',
      id: second,
      dueAt: plusMs(scheduledAt, LIMITS.dispatchTimeout + timeoutMs),
      action: { do: 'job', job: late },
    },
  ];
}

/** What watches over one attempt of a step that a worker runs: of no use once that has its result. */
export const watchesOf = (task: StepTask): readonly string[] => {
  const step = nameOf(task);
  return [...dispatchTimers(step), timeoutTimer(step)];
};

const nameOf = ({ workflowId, runNo, stepId, attempt }: StepTask): string =>
  `${workflowId}/${runNo}/${stepId}/${attempt}`;

const timeoutTimer = (step: string): string => `${step}/timeout`;
const dispatchTimers = (step: string) => [`${step}/dispatch`, `${step}/dispatch-again`] as const;

/** From now on an answer is waited for no longer than the plan allows. */
function started(workflowId: string, event: WorkflowEventOf<'StepStarted'>): Reaction[] {
  const { runNo, stepId, attempt, startedAt, timeoutMs } = event;
  // of an earlier version of the program, which took the time from the scheduling
  if (runNo === undefined || timeoutMs === undefined) return [];
  const step = nameOf({ workflowId, runNo, stepId, attempt });
  const error = {
    code: 'STEP_TIMEOUT',
    message: `The step gave no result within ${timeoutMs} ms.`,
    kind: 'retryable',
  } as const;
  return [
    { do: 'cancel-timers', ids: [...dispatchTimers(step)] },
    after(timeoutTimer(step), plusMs(startedAt, timeoutMs), workflowId, {
      type: 'FailStep',
      runNo,
      stepId,
      attempt,
      error,
    }),
  ];
}

const after = (
  id: string,
  dueAt: string,
  workflowId: string,
  command: Unstamped<WorkflowCommand>,
): Reaction => ({
  do: 'timer',
  id,
  dueAt,
  action: { do: 'command', send: send(workflow, workflowId, command) },
});
