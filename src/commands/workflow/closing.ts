import type { Parent, ParentLink } from '../../events/child.js';
import type { Rollback, RunOutcome, WorkflowEvent } from '../../events/workflow.js';
import type { Undoing } from './state.js';

type Run = {
  readonly runNo: number;
  readonly created: { readonly userId: string; readonly parent?: ParentLink | undefined };
  readonly undoes?: Undoing;
};

interface End {
  readonly totalCost: bigint;
  readonly at: string;
  readonly holdId?: string | undefined;
  /** `none` when there was nothing to undo */
  readonly rollback?: Rollback;
  /** nobody answered in time */
  readonly expired?: true | undefined;
}

/** The last event of a run, whatever its end. */
export const closed = (
  { runNo, created, undoes }: Run,
  end: End & { readonly outcome: RunOutcome },
): WorkflowEvent => ({
  type: 'RunClosed',
  v: 1,
  runNo,
  userId: created.userId,
  outcome: end.outcome,
  rollback: end.rollback ?? 'none',
  totalCost: end.totalCost.toString(),
  closedAt: end.at,
  ...(end.holdId !== undefined && { holdId: end.holdId }),
  ...(undoes
    ? { parent: undoes.parent, undoes: undoes.runNo }
    : created.parent && { parent: waitingFor(created.parent) }),
});

const waitingFor = ({ workflowId, runNo, stepId, attempt }: ParentLink): Parent => ({
  workflowId,
  runNo,
  stepId,
  attempt,
});

export const cancelled = (run: Run, end: End): WorkflowEvent[] => [
  {
    type: 'WorkflowCancelled',
    v: 1,
    reason: run.undoes ? 'undone_with_parent' : end.expired ? 'approval_expired' : 'by_owner',
    totalCost: `${end.totalCost}`,
  },
  closed(run, { ...end, outcome: 'cancelled' }),
];
