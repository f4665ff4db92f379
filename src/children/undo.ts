import { workflow } from '../commands/workflow/decide.js';
import { isAsked, undoing } from '../commands/workflow/rollback.js';
import type { Closed, Compensating, WorkflowState } from '../commands/workflow/state.js';
import { isUndoing, type Undo } from '../commands/workflow/undo.js';
import type { Parent } from '../events/child.js';
import { isRefusal, type Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { UndoTask } from '../sagas/children.js';
import { holdForUndoing, releaseHold, type UndoParts } from './undo-hold.js';

type Tried = Exclude<Undo, { readonly status: 'waiting' }>;

/** One step that was a workflow, as its parent stands and as that one does. */
interface Family extends UndoParts {
  readonly task: UndoTask;
  readonly parent: Compensating;
  readonly undo: Tried;
}

/**
 * Brings the undoing of a step that was a workflow as far as it goes now, on both sides: has that one begin, or try
 * again, and tells its parent how it ended. It looks at both and keeps nothing, so it may be done at any moment, twice
 * or at once: what was done is refused or changes nothing.
 */
export async function undo(parts: UndoParts, task: UndoTask): Promise<void> {
  const { state: parent } = await parts.dispatch.load(workflow, task.workflowId);
  const isOpen = parent.status === 'compensating' || parent.status === 'compensation_failed';
  const tried = isOpen && parent.runNo === task.runNo ? parent.undos[task.stepId] : undefined;
  if (!isOpen || !tried || tried.status === 'waiting' || tried.status === 'done') return;
  const family: Family = { ...parts, task, parent, undo: tried };
  const { state } = await parts.dispatch.load(workflow, task.childId);
  if (isAsked(state, parentOf(family))) return goOn(family, state);
  if (isUndoing(tried)) return begin(family, state);
  // its undoing never began, and its parent is resolved: there is nothing to wait for
  if (parent.resolved) await tellUndone(family, ZERO, true);
}

/** It has been asked: its parent hears how it ended, or it is tried again where that one tries again. */
async function goOn(family: Family, child: Closed | Compensating): Promise<void> {
  if (child.status === 'closed') return tellUndone(family, child.totalCost, child.rollback === 'resolved');
  if (child.status !== 'compensation_failed') return;
  if (family.parent.resolved) return resolve(family);
  if (!isUndoing(family.undo)) return;
  if (family.undo.attempt > child.undoes!.parent.attempt) return request(family, child.approval.holdId, 0n);
  const message = `Its workflow ${family.task.childId} could not be undone.`;
  await tellNotUndone(family, { code: 'CHILD_NOT_UNDONE', message });
}

/** Its money first, the order to begin second: where that is refused, nothing stays held. */
async function begin(family: Family, child: WorkflowState): Promise<void> {
  const { dispatch, task } = family;
  if (!(await claim(family))) return;
  const price = child.status === 'closed' ? undoing(child).price : ZERO;
  const runNo = child.status === 'none' ? 1 : child.runNo + 1;
  const former = child.status === 'closed' ? child.holdId : undefined;
  const { userId } = family.parent.created;
  const hold = { ...task, userId, runNo, attempt: family.undo.attempt, former };
  let holdId: string | undefined;
  try {
    if (price > 0n) holdId = await holdForUndoing(family, hold, price, family.parent.approval.holdId);
    await request(family, holdId, price);
  } catch (error) {
    if (!isRefusal(error) || error.kind !== 'terminal') throw error;
    // another worker may have been quicker, and it may even be over by now
    const { state } = await dispatch.load(workflow, task.childId);
    if (isAsked(state, parentOf(family))) return;
    if (holdId !== undefined) await releaseHold(family, hold, holdId);
    await tellNotUndone(family, error);
  }
}

async function request(family: Family, holdId: string | undefined, budget: bigint): Promise<void> {
  const { dispatch, task } = family;
  const parent = parentOf(family);
  const command = {
    type: 'RequestRollback',
    at: now(family),
    parent,
    ...(holdId !== undefined && { holdId }),
    budget: budget as typeof ZERO,
  } as const;
  const context = { ...contextOf(family, 'request'), correlationId: task.childId };
  await dispatch.send(workflow, task.childId, command, context);
}

/** The parent was resolved by an operator, whose word goes for the workflows in it. */
async function resolve(family: Family): Promise<void> {
  const { dispatch, task } = family;
  const note = `Resolved with ${task.workflowId}.`;
  const command = { type: 'ResolveCompensation', at: now(family), by: 'system', note } as const;
  const context = { ...contextOf(family, 'resolve'), correlationId: task.childId };
  // where it goes on meanwhile, it is looked at again when that is over
  await taken(dispatch.send(workflow, task.childId, command, context));
}

/** Its parent shows that somebody is at it. @returns false when that attempt is over */
function claim(family: Family): Promise<boolean> {
  const { stepId, attempt, runNo } = parentOf(family);
  const command = {
    type: 'CompensateStep',
    at: now(family),
    runNo,
    stepId,
    attempt,
    worker: actor.id,
  } as const;
  return taken(family.dispatch.send(workflow, family.task.workflowId, command, contextOf(family, 'claim')));
}

async function taken(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (isRefusal(error, 'WRONG_STATE')) return false;
    throw error;
  }
}

async function tellUndone(family: Family, cost: Closed['totalCost'], isResolved: boolean): Promise<void> {
  const { stepId, attempt, runNo } = parentOf(family);
  const at = now(family);
  const command = {
    type: 'ReportStepCompensated',
    ...{ at, runNo, stepId, attempt, cost, startedAt: at },
    ...(isResolved && { resolved: true as const }),
  } as const;
  await family.dispatch.send(workflow, family.task.workflowId, command, contextOf(family, 'undone'));
}

async function tellNotUndone(family: Family, why: Pick<Refusal, 'code' | 'message'>): Promise<void> {
  const { stepId, attempt, runNo } = parentOf(family);
  const error = { code: why.code, message: why.message.slice(0, 500), kind: 'terminal' } as const;
  const command = {
    type: 'ReportStepCompensationFailed',
    ...{ at: now(family), runNo, stepId, attempt, error, random: 0 },
  } as const;
  await family.dispatch.send(workflow, family.task.workflowId, command, contextOf(family, 'not undone'));
}

const parentOf = ({ task: { workflowId, runNo, stepId }, undo: { attempt } }: Family): Parent => ({
  workflowId,
  runNo,
  stepId,
  attempt,
});

const now = ({ clock }: Family): string => isoTime(clock.now());

const actor = { type: 'worker', id: 'children' } as const;

const contextOf = (family: Family, what: string) => ({
  commandId: uuidv5(`child/${family.task.childId}/undo/${family.undo.attempt}/${what}`),
  correlationId: family.task.workflowId,
  actor,
});
