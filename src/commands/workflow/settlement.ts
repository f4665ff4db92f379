import type { Plan } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { sumMicros } from '../../kernel/money.js';
import { mandateShare } from './auto-approval.js';
import type { RecordSettlement } from './commands.js';
import { stepsOf } from './run-bounds.js';
import type { Progress, WorkflowState } from './state.js';

/** What a run was thought to cost, what was captured for it, and what its owner keeps of the difference. */
const settled = (runNo: number, estimated: bigint, spent: bigint): WorkflowEvent => {
  const saved = estimated > spent ? estimated - spent : 0n;
  return {
    type: 'WorkflowSettled',
    v: 1,
    runNo,
    estimated: `${estimated}`,
    actual: `${spent}`,
    saved: `${saved}`,
  };
};

/** Of what this run had to do: what it kept of another one was paid there, and one that undoes does nothing else. */
function estimatedFor(plan: Plan | undefined, steps: Progress['steps'], undoes: boolean): bigint {
  if (!plan || undoes) return 0n;
  const kept = plan.steps.filter(({ id }) => {
    const step = steps[id];
    return step?.status === 'completed' && (step.from !== undefined || step.runNo !== undefined);
  });
  return BigInt(plan.totals.estimatedCost) - sumMicros(kept.map((step) => BigInt(step.estimatedCost)));
}

export function recordSettlement({ holdId, spent }: RecordSettlement, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'closed' || state.holdId !== holdId || state.settled) return [];
  const { runNo, plan } = state;
  // workflows of its own were paid from holds of their own
  const actual = spent + (state.progress?.spentByChildren ?? 0n);
  const { outcome, mayStillPay = false } = state;
  const estimated = estimatedFor(plan, stepsOf(state), state.undoes !== undefined);
  return [...mandateShare(state, { runNo, outcome, actual, mayStillPay }), settled(runNo, estimated, actual)];
}

/** A run that nothing was held for has nothing to give back: it is settled as it closes. */
export function settledIfFree(
  events: readonly WorkflowEvent[],
  state: WorkflowState,
): readonly WorkflowEvent[] {
  const last = events.at(-1);
  if (last?.type !== 'RunClosed' || last.holdId !== undefined) return events;
  const steps = 'steps' in state ? state.steps : {};
  const plan = 'plan' in state ? state.plan : undefined;
  // what the owner's own wallet paid was never held
  const spent = state.status !== 'none' && state.created.payer !== undefined ? BigInt(last.totalCost) : 0n;
  const { runNo, outcome } = last;
  const mayStillPay = last.openPayments !== undefined;
  const share = mandateShare(state, { runNo, outcome, actual: spent, mayStillPay });
  return [...events, ...share, settled(runNo, estimatedFor(plan, steps, last.undoes !== undefined), spent)];
}
