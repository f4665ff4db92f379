import { type FieldText, fieldText } from '../kernel/commitments/field.js';
import {
  commitPlanWordsEach,
  type Plan,
  type PlanWords,
  planWords,
} from '../kernel/commitments/plan-commitment.js';
import {
  commitResultWordsEach,
  executionIdFieldEach,
  finalResultHashEach,
  type ResultWords,
  resultWordsEach,
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
export const commitRun = (run: ClosedRun): RunCommitments | undefined => commitRuns([run])[0];

/** As {@link commitRun} of many, in less time than one by one. It throws when it would for any of them. */
export function commitRuns(runs: readonly ClosedRun[]): readonly (RunCommitments | undefined)[] {
  const withPlan = runs.filter(({ steps }) => steps.length > 0);
  const made = new Map(commitPlanned(withPlan).map((commitments, i) => [withPlan[i], commitments]));
  return runs.map((run) => made.get(run));
}

function commitPlanned(runs: readonly ClosedRun[]): readonly RunCommitments[] {
  const openings = runs.map(openingOf);
  const workflowHashes = commitPlanWordsEach(
    openings.map(({ planWords, plan }) => ({ words: planWords, maxCost: plan.maxCost })),
  );
  runs.forEach((run, i) => {
    requirePlan(run, fieldText(workflowHashes[i]!));
  });
  const results = resultWordsEach(openings.map(({ records }) => records));
  const executionIds = executionIdFieldEach(runs);
  const bound = openings.map(({ planWords: { stepCount } }, i) => ({
    words: results[i]!,
    binding: { workflowHash: workflowHashes[i]!, executionId: executionIds[i]!, stepCount },
  }));
  const roots = commitResultWordsEach(bound);
  const finals = finalResults(runs, openings);
  return openings.map((opening, i) => ({
    ...opening,
    slots: opening.planWords.slots,
    executionId: fieldText(executionIds[i]!),
    workflowHash: fieldText(workflowHashes[i]!),
    resultsRoot: fieldText(roots[i]!),
    finalResultHash: finals[i]!,
    resultWords: results[i]!,
  }));
}

type Opening = Pick<RunCommitments, 'plan' | 'planWords' | 'records' | 'finalSalt'>;

function openingOf(run: ClosedRun): Opening {
  const salt = (label: string) => fieldText(saltFor(run.secret, label));
  const plan: Plan = { steps: run.steps, maxCost: run.budget, salt: salt('plan') };
  const records = run.steps.map((step) => stepRecord(step, salt(`detail/${step.stepId}`)));
  return { plan, planWords: planWords(plan), records, finalSalt: salt('final') };
}

function requirePlan({ workflowHash: committed }: ClosedRun, found: FieldText): void {
  if (committed !== null && committed !== found)
    throw new Refusal('PLAN_CHANGED', 'The plan of this run is not the one that was committed to.', {
      committed,
      found,
    });
}

/** Of each run, null unless the plan's last step completed. */
function finalResults(
  runs: readonly ClosedRun[],
  openings: readonly Opening[],
): readonly (FieldText | null)[] {
  const outputs = runs.map(({ steps }, i) => {
    const { status, outputHash } = steps.at(-1)!;
    const lastOutput = status === 'completed' ? outputHash : null;
    return lastOutput === null ? null : { lastOutput, salt: openings[i]!.finalSalt };
  });
  const hashes = finalResultHashEach(outputs.filter((output) => output !== null));
  let next = 0;
  return outputs.map((output) => (output === null ? null : hashes[next++]!));
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
