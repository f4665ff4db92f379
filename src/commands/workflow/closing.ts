import type { Parent, ParentLink } from '../../events/child.js';
import type { Plan } from '../../events/plan.js';
import type { Rollback, RunOutcome, WorkflowEvent } from '../../events/workflow.js';
import { paymentIdOf } from '../../kernel/ids.js';
import type { Progress, Undoing } from './state.js';
import type { Undos } from './undo.js';

type Run = {
  readonly runNo: number;
  readonly created: {
    readonly workflowId: string;
    readonly userId: string;
    readonly payer?: string | undefined;
    readonly parent?: ParentLink | undefined;
  };
  readonly plan?: Plan;
  readonly steps?: Progress['steps'];
  readonly rounds?: NonNullable<Progress['rounds']>;
  readonly undos?: Undos;
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

/** The last event of a run, whatever its end. @param run with everything that happened before */
export function closed(run: Run, end: End & { readonly outcome: RunOutcome }): WorkflowEvent {
  const { runNo, created, undoes } = run;
  const isPaid = end.holdId !== undefined || created.payer !== undefined;
  const openPayments = isPaid ? paymentsOpenIn(run) : [];
  return {
    type: 'RunClosed',
    v: 1,
    runNo,
    userId: created.userId,
    outcome: end.outcome,
    rollback: end.rollback ?? 'none',
    totalCost: end.totalCost.toString(),
    closedAt: end.at,
    ...(end.holdId !== undefined && { holdId: end.holdId }),
    ...(openPayments.length > 0 && { openPayments }),
    ...(undoes
      ? { parent: undoes.parent, undoes: undoes.runNo }
      : created.parent && { parent: waitingFor(created.parent) }),
  };
}

/** What a step that completed has paid is known, unless it went to another service; what was never tried paid nothing. */
function paymentsOpenIn({ runNo, created, plan, steps = {}, rounds = {}, undos = {} }: Run): string[] {
  return (plan?.steps ?? []).flatMap(({ id, service, compensation }) => {
    const paymentOf = (what: string) => paymentIdOf(created.workflowId, runNo, what);
    const status = steps[id]?.status;
    const isOpen = status === 'failed' || status === 'cancelled' || rounds[id] !== undefined;
    const undo = undos[id];
    const mayUndo = undo?.status === 'failed' || (undo?.status === 'done' && undo.resolved);
    return [
      ...(service && isOpen ? [paymentOf(id)] : []),
      ...(compensation?.service && mayUndo ? [paymentOf(`${id}undo`)] : []),
    ];
  });
}

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
