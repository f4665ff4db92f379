import type { Parent } from '../../events/child.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import type { RequestRollback } from './commands.js';
import { beginCompensation, then } from './compensation.js';
import { evolve } from './evolve.js';
import { wrongState } from './refusals.js';
import { keptOf } from './retry.js';
import { stepsOf } from './run-bounds.js';
import type { Closed, Compensating, Draining, WorkflowState } from './state.js';
import { type ToUndo, whatToUndo } from './undoable.js';

/**
 * The parent undoes the step that this workflow was. A closed run stays closed: another one begins, which keeps every
 * result and undoes what can be undone. One whose rollback failed is tried again when its parent tries again; asked
 * once more by the same attempt, or by an earlier one, it has been asked.
 */
export function requestRollback(command: RequestRollback, state: WorkflowState): WorkflowEvent[] {
  const { parent, at } = command;
  if (isAsked(state, parent)) return again(state, parent, at);
  requireUndoable(state, parent);
  const { price } = undoing(state);
  const { holdId, budget } = command;
  if (price > 0n && (holdId === undefined || budget < price))
    throw new Refusal('INSUFFICIENT_ESCROW', 'Undoing it is not covered by a hold.', {
      required: `${price}`,
      available: `${budget}`,
    });
  const requested: WorkflowEvent = {
    type: 'RollbackRequested',
    v: 1,
    runNo: state.runNo + 1,
    undoes: state.runNo,
    parent,
    kept: keptOf(state),
    ...(holdId !== undefined && { holdId }),
    budget: `${budget}`,
    requestedAt: at,
  };
  return [requested, ...beginCompensation(evolve(state, requested) as Draining, at)];
}

/** What could be undone of a run that is over. */
export const undoing = (state: Closed): ToUndo => whatToUndo(state.plan?.steps ?? [], stepsOf(state));

type Asked = (Closed | Compensating) & { readonly undoes: NonNullable<Closed['undoes']> };

/** Whether it is undone, or was, for that step of that workflow. */
export function isAsked(state: WorkflowState, { workflowId, runNo, stepId }: Parent): state is Asked {
  if (!('undoes' in state) || !state.undoes) return false;
  const { parent } = state.undoes;
  return parent.workflowId === workflowId && parent.runNo === runNo && parent.stepId === stepId;
}

function again(state: Asked, parent: Parent, at: string): WorkflowEvent[] {
  if (state.status !== 'compensation_failed' || state.resolved) return [];
  if (parent.attempt <= state.undoes.parent.attempt) return [];
  const { runNo } = state;
  return then(
    [{ type: 'CompensationRestarted', v: 1, runNo, by: 'system', restartedAt: at, parent }],
    state,
    at,
  );
}

function requireUndoable(state: WorkflowState, parent: Parent): asserts state is Closed {
  if (state.status !== 'closed' || state.outcome !== 'completed')
    throw wrongState(state, 'only one that completed can be undone with its parent');
  const made = state.created.parent;
  if (made?.workflowId !== parent.workflowId || made.stepId !== parent.stepId)
    throw wrongState(state, `it is no step of ${parent.workflowId}`);
  if (undoing(state).steps.length === 0) throw wrongState(state, 'nothing that it did can be undone');
  // its settlement and its receipt are those of the run that is over
  if (!state.settled)
    throw new Refusal('RUN_UNSETTLED', 'Its last run is still being settled.', {}, 'retryable');
}
