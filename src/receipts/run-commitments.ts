import { type FieldText, fieldText } from '../kernel/commitments/field.js';
import {
  commitPlanWords,
  type Plan,
  type PlanWords,
  planWords,
} from '../kernel/commitments/plan-commitment.js';
import {
  commitResultWords,
  executionIdField,
  finalResultHash,
  type ResultWords,
  resultWords,
  type StepOutcome,
  type StepRecord,
} from '../kernel/commitments/results-root.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { Refusal } from '../kernel/errors.js';
import type { ClosedRun, ClosedStep, StepStatus } from './closed-run.js';

/** What a run's receipt commits to, with everything that opens it. */
export interface RunCommitments {
  readonly slots: number;
  readonly executionId: FieldText;
  readonly workflowHash: FieldText;
  readonly resultsRoot: FieldText;
  /** null unless the plan's last step completed */
  readonly finalResultHash: FieldText | null;
  readonly plan: Plan;
  readonly records: readonly StepRecord[];
  readonly planWords: PlanWords;
  readonly resultWords: ResultWords;
  readonly finalSalt: FieldText;
}

const OUTCOMES: Readonly<Record<StepStatus, StepOutcome>> = {
  completed: 'completed',
  skipped: 'skipped',
  failed: 'failed',
  cancelled: 'not_finished',
  not_started: 'not_finished',
};

/**
 * @returns undefined for a run that never had a plan
 * @throws Refusal PLAN_CHANGED when the plan does not give the commitment that was approved
 */
export function commitRun(run: ClosedRun): RunCommitments | undefined {
  if (run.steps.length === 0) return undefined;
  const salt = (label: string) => fieldText(saltFor(run.secret, label));
  const plan: Plan = { steps: run.steps, maxCost: run.budget, salt: salt('plan') };
  const planned = planWords(plan);
  const workflowHash = commitPlanWords(planned, run.budget);
  if (run.workflowHash !== null && run.workflowHash !== fieldText(workflowHash))
    throw new Refusal('PLAN_CHANGED', 'The plan of this run is not the one that was committed to.', {
      committed: run.workflowHash,
      found: fieldText(workflowHash),
    });
  const records = run.steps.map((step) => stepRecord(step, salt(`detail/${step.stepId}`)));
  const results = resultWords(records);
  const executionId = executionIdField(run.workflowId, run.runNo);
  const binding = { workflowHash, executionId, stepCount: planned.stepCount };
  const last = run.steps.at(-1)!;
  const finalSalt = salt('final');
  return {
    slots: planned.slots,
    executionId: fieldText(executionId),
    workflowHash: fieldText(workflowHash),
    resultsRoot: fieldText(commitResultWords(results, binding)),
    finalResultHash:
      last.status === 'completed' && last.outputHash !== null
        ? finalResultHash(last.outputHash, finalSalt)
        : null,
    plan,
    records,
    planWords: planned,
    resultWords: results,
    finalSalt,
  };
}

const stepRecord = (step: ClosedStep, detailSalt: FieldText): StepRecord => ({
  outcome: OUTCOMES[step.status],
  cost: step.cost,
  attempt: step.attempt,
  seq: step.seq,
  inputCommitment: step.inputHash,
  outputCommitment: step.outputHash,
  evidence: stepEvidence(step),
  detailSalt,
});

/** What the executor can show: how the step ended, when, and by which payment. */
export const stepEvidence = (step: ClosedStep) => ({
  status: step.status,
  reason: step.reason,
  startedAt: step.startedAt,
  completedAt: step.completedAt,
  payment: step.payment === null ? null : { ...step.payment },
  ...(step.executor !== undefined && { executor: step.executor }),
});
