import type { WorkflowEvent } from '../../events/workflow.js';
import type { CompleteStep, FailStep } from './commands.js';
import { wrongState } from './refusals.js';
import { type Executing, staleKey, type WorkflowState } from './state.js';

/** T41: a late report changes nothing, but what it cost is kept; one that was recorded before is a repetition. */
export function stale(
  report: CompleteStep | FailStep,
  state: WorkflowState,
  outcome: 'completed' | 'failed',
  cost: bigint,
): WorkflowEvent[] {
  if (state.status !== 'none' && report.runNo < state.runNo)
    return ofEarlierRun(report, state, outcome, cost);
  const progress = state.status === 'closed' ? state.progress : 'steps' in state ? state : undefined;
  const step = progress?.steps[report.stepId];
  if (!progress || !step || !('stale' in state))
    throw wrongState(state, `no step ${report.stepId} of it is running`);
  if (state.runNo === report.runNo && isRecorded(step, report, outcome)) return [];
  // another round began after it: that it failed is recorded
  if (outcome === 'failed' && progress.rounds?.[report.stepId]?.from === report.attempt + 1) return [];
  if (state.stale.includes(`${report.stepId}/${report.attempt}`)) return [];
  // the step timer outlives the attempt it watched over: that it runs out later is no result
  if (report.type === 'FailStep' && report.error.code === 'STEP_TIMEOUT') return [];
  const { stepId, attempt } = report;
  return [{ type: 'StaleStepResultRecorded', v: 1, stepId, attempt, outcome, cost: `${cost}` }];
}

/** A run that is over stays as it was recorded; before the next one executes there is nowhere to keep it apart. */
function ofEarlierRun(
  { type, runNo, stepId, attempt, ...rest }: CompleteStep | FailStep,
  state: WorkflowState,
  outcome: 'completed' | 'failed',
  cost: bigint,
): WorkflowEvent[] {
  if (type === 'FailStep' && 'error' in rest && rest.error.code === 'STEP_TIMEOUT') return [];
  if (!('stale' in state) || state.stale.includes(staleKey({ runNo, stepId, attempt }))) return [];
  return [{ type: 'StaleStepResultRecorded', v: 1, runNo, stepId, attempt, outcome, cost: `${cost}` }];
}

function isRecorded(
  step: Executing['steps'][string],
  report: CompleteStep | FailStep,
  outcome: 'completed' | 'failed',
): boolean {
  if (outcome === 'completed') return step.status === 'completed' && step.attempt === report.attempt;
  if (step.status === 'retrying' || step.status === 'held') return step.attempt === report.attempt + 1;
  return (step.status === 'failed' || step.status === 'cancelled') && step.attempt === report.attempt;
}
