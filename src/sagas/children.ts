import type { ChildOutcome, Parent } from '../events/child.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import type { Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import type { Reaction } from './reaction.js';

/** Has a workflow that is a step of another approved, out of what that one holds. */
export interface CoverTask {
  readonly childId: string;
  readonly act: 'cover';
  /** itself: whose it is, is known by that */
  readonly workflowId: string;
}

/** What a worker does for a step that is a workflow of its own: begins it, ends it, or tells how it ended. */
export interface ChildTask extends Parent {
  readonly childId: string;
  readonly act: 'begin' | 'end' | 'report';
  /** of a report */
  readonly closed?: Pick<WorkflowEventOf<'RunClosed'>, 'undo' | 'lasting'> & {
    readonly outcome: ChildOutcome;
    readonly cost: string;
  };
}

/** What a worker does about a step that was a workflow and is to be undone: whatever brings both further. */
export interface UndoTask extends Omit<Parent, 'attempt'> {
  readonly childId: string;
  readonly act: 'undo';
  /** id of the event that gave cause: each is looked after by itself */
  readonly cause: string;
}

export type FamilyTask = ChildTask | CoverTask | UndoTask;

type Waiting = WorkflowEventOf<'StepWaitStarted' | 'ChildDismissed'>;

export function beginChild(
  workflowId: string,
  event: WorkflowEventOf<'StepWaitStarted'>,
  at: string,
): Reaction[] {
  const { child } = event;
  return child === undefined
    ? []
    : asked({ ...attemptOf(workflowId, event), childId: child, act: 'begin' }, at);
}

export const endChild = (
  workflowId: string,
  event: WorkflowEventOf<'ChildDismissed'>,
  at: string,
): Reaction[] => asked({ ...attemptOf(workflowId, event), childId: event.childId, act: 'end' }, at);

/** @param childId the workflow whose run has closed */
export function reportChildEnd(
  childId: string,
  { parent, runNo, outcome, totalCost: cost, undoes, undo, lasting }: WorkflowEventOf<'RunClosed'>,
  { id, metadata: { occurredAt } }: Pick<Recorded, 'id' | 'metadata'>,
): Reaction[] {
  if (parent && undoes !== undefined) return undoChild(parent, childId, id, occurredAt);
  // what its owner does with it afterwards is no business of its parent
  if (!parent || runNo > 1) return [];
  const toUndo = { ...(undo !== undefined && { undo }), ...(lasting && { lasting }) };
  return asked({ ...parent, childId, act: 'report', closed: { outcome, cost, ...toUndo } }, occurredAt);
}

/** @param cause id of the event that gave it */
export const undoChild = (
  { workflowId, runNo, stepId }: Omit<Parent, 'attempt'>,
  childId: string,
  cause: string,
  at: string,
): Reaction[] => asked({ workflowId, runNo, stepId, childId, act: 'undo', cause }, at);

export const coverChild = (childId: string, at: string): Reaction[] =>
  asked({ childId, act: 'cover', workflowId: childId }, at);

/** Nothing is to be done for it any more. */
export const childTimers = (childId: string): string[] =>
  (['begin', 'end', 'report', 'cover'] as const).map((act) => againTimer({ childId, act }));

const attemptOf = (workflowId: string, { runNo, stepId, attempt }: Waiting): Parent => ({
  workflowId,
  runNo,
  stepId,
  attempt,
});

/** Published every now and then until the worker has no more to do with it: the queue may lose it. */
export const againTimer = (task: Named): string => `${nameOf(task)}/again`;

type Named = Pick<ChildTask | CoverTask, 'childId' | 'act'> | Pick<UndoTask, 'childId' | 'act' | 'cause'>;

const nameOf = (task: Named): string =>
  `child/${task.childId}/${task.act}${task.act === 'undo' ? `/${task.cause}` : ''}`;

function asked(task: FamilyTask, at: string): Reaction[] {
  return [
    { do: 'job', job: jobOf(task, '') },
    {
      do: 'timer',
      id: againTimer(task),
      dueAt: plusMs(at, LIMITS.dispatchTimeout),
      action: { do: 'job', job: jobOf(task, '/again'), every: LIMITS.dispatchTimeout },
    },
  ];
}

const jobOf = (task: FamilyTask, suffix: string): Job => ({
  kind: 'plan',
  priority: 'normal',
  id: `${nameOf(task)}${suffix}`,
  correlationId: task.workflowId,
  payload: { ...task },
});
