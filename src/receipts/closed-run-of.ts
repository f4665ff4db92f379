import type { Closed, StepState } from '../commands/workflow/state.js';
import { doneHere, isLasting } from '../commands/workflow/undoable.js';
import type { PlannedStep } from '../kernel/commitments/plan-commitment.js';
import type { ClosedRun, ClosedStep, StepPayment, StepStatus } from './closed-run.js';
import { plannedSteps } from './planned-steps.js';

/**
 * @param secret 32 bytes, the opened secret of the workflow
 * @param paidInVain payments of steps that did not complete, by step id: the money is gone all the same
 */
export function closedRunOf(
  state: Closed,
  secret: Uint8Array,
  paidInVain: ReadonlyMap<string, PaidInVain> = new Map(),
): ClosedRun {
  const { created, runNo, outcome, plan, planHash, progress, closedAt } = state;
  const planned = plan ? plannedSteps(plan.steps) : [];
  return {
    workflowId: created.workflowId,
    runNo,
    userId: created.userId,
    level: created.verificationLevel,
    outcome,
    steps: planned.map((step) =>
      closedStep(
        step,
        ended(progress?.steps[step.stepId], created.workflowId),
        inVain(paidInVain.get(step.stepId), step.serviceId),
      ),
    ),
    budget: plan ? BigInt(plan.totals.maxCost) + BigInt(plan.totals.compensationReserve) : 0n,
    workflowHash: plan?.workflowHash ?? null,
    planHash: planHash ?? null,
    approver: progress?.approval.approver ?? null,
    secret,
    startedAt: progress?.startedAt ?? null,
    closedAt,
    ...rollbackOf(state),
  };
}

/** Member by member: of all that a receipt takes, copying parts of objects into one another would take longest. */
function closedStep(step: PlannedStep, its: Ended, vain: Partial<Ended> | undefined): ClosedStep {
  const { alternatives } = step;
  const { executor = its.executor } = vain ?? its;
  return {
    stepId: step.stepId,
    kind: step.kind,
    action: step.action,
    serviceId: step.serviceId,
    recipient: step.recipient,
    network: step.network,
    asset: step.asset,
    ...(alternatives && { alternatives }),
    ceiling: step.ceiling,
    dependencies: step.dependencies,
    skippable: step.skippable,
    status: its.status,
    cost: vain?.cost ?? its.cost,
    attempt: its.attempt,
    seq: its.seq,
    inputHash: its.inputHash,
    outputHash: its.outputHash,
    payment: vain?.payment ?? its.payment,
    startedAt: its.startedAt,
    completedAt: its.completedAt,
    reason: its.reason,
    ...(executor !== undefined && { executor }),
    ...(its.keptFrom && { keptFrom: its.keptFrom }),
  };
}

/** In the order of the plan. What cannot be undone was done all the same. */
function rollbackOf({ rollback, undos = {}, plan, progress }: Closed): Pick<ClosedRun, 'rollback'> {
  if (!rollback) return {};
  const undone: string[] = [];
  const notUndone: string[] = [];
  const done = doneHere(progress?.steps ?? {});
  for (const step of plan?.steps ?? []) {
    const { id } = step;
    const undo = undos[id];
    const stays = isLasting(step, done(id)) || (undo?.status === 'done' && undo.resolved);
    if (undo?.status === 'done' && !stays) undone.push(id);
    else if (undo || stays) notUndone.push(id);
  }
  return { rollback: { outcome: rollback, undone, notUndone } };
}

/** `serviceId` is the one that was paid. */
export type PaidInVain = StepPayment & { readonly serviceId: string };

const inVain = (paid: PaidInVain | undefined, planned: string | null) => {
  if (!paid) return undefined;
  const { serviceId, ...payment } = paid;
  return {
    cost: BigInt(payment.amount),
    payment,
    ...(serviceId !== planned && { executor: serviceId }),
  };
};

type Ended = Omit<ClosedStep, keyof ReturnType<typeof plannedSteps>[number]>;

const never: Ended = {
  status: 'not_started',
  cost: 0n,
  attempt: 0,
  seq: 0,
  inputHash: null,
  outputHash: null,
  payment: null,
  startedAt: null,
  completedAt: null,
  reason: null,
};

function ended(state: StepState | undefined, workflowId: string): Ended {
  switch (state?.status) {
    case 'completed': {
      const { attempt, seq, inputHash, outputHash, startedAt, completedAt, cost, payment, service } = state;
      return {
        status: 'completed',
        cost: BigInt(cost),
        attempt,
        seq,
        inputHash,
        outputHash,
        payment: payment ?? null,
        startedAt,
        completedAt,
        reason: null,
        ...(service !== undefined && { executor: service }),
        ...keptFrom(state, workflowId),
      };
    }
    case 'skipped':
      return { ...never, status: 'skipped', seq: state.seq, reason: state.reason };
    case 'failed':
      return { ...never, status: 'failed', attempt: state.attempt, reason: state.error.code };
    case 'cancelled':
    case 'scheduled':
    case 'running':
    case 'retrying':
    case 'held':
    case 'sleeping':
      return { ...never, status: 'cancelled' satisfies StepStatus, attempt: state.attempt };
    default:
      return never;
  }
}

/** Another run of the same workflow, or the one it was forked from. */
function keptFrom(
  { from, runNo }: StepState & { readonly status: 'completed' },
  workflowId: string,
): Pick<ClosedStep, 'keptFrom'> {
  if (from) return { keptFrom: from };
  return runNo === undefined ? {} : { keptFrom: { workflowId, runNo } };
}
