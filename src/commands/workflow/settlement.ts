import type { Plan } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import type { RecordSettlement } from './commands.js';
import type { WorkflowState } from './state.js';

/** What a run was thought to cost, what was captured for it, and what its owner keeps of the difference. */
const settled = (runNo: number, plan: Plan | undefined, spent: bigint): WorkflowEvent => {
  const estimated = BigInt(plan?.totals.estimatedCost ?? '0');
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

export function recordSettlement({ holdId, spent }: RecordSettlement, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'closed' || state.holdId !== holdId || state.settled) return [];
  return [settled(state.runNo, state.plan, spent)];
}

/** A run that nothing was held for has nothing to give back: it is settled as it closes. */
export function settledIfFree(
  events: readonly WorkflowEvent[],
  state: WorkflowState,
): readonly WorkflowEvent[] {
  const last = events.at(-1);
  if (last?.type !== 'RunClosed' || last.holdId !== undefined) return events;
  return [...events, settled(last.runNo, 'plan' in state ? state.plan : undefined, 0n)];
}
