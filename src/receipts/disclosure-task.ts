import { jsonToField } from '../kernel/commitments/content.js';
import { fieldText } from '../kernel/commitments/field.js';
import { stepIdField } from '../kernel/commitments/plan-commitment.js';
import { OUTCOME_BITS } from '../kernel/commitments/results-root.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { Refusal } from '../kernel/errors.js';
import type { CircuitInputs } from '../ports/prover.js';
import type { Receipt } from '../verifier/document.js';
import {
  type Showable,
  STEP_DISCLOSURE_FORMAT,
  type StepDisclosure,
  shownBits,
} from '../verifier/step-disclosure.js';
import type { ClosedRun, ClosedStep } from './closed-run.js';
import { openedStep } from './opened-step.js';
import { commitRun, type RunCommitments, stepEvidence } from './run-commitments.js';

export interface DisclosureRequest {
  readonly stepId: string;
  /** what is shown of it beside what the plan says it is and how it ended */
  readonly show: readonly Showable[];
  /** hand the salts of the shown contents out, so that they can be confirmed */
  readonly openings?: boolean;
  /** canonical decimal element chosen by whoever will verify it, 0 otherwise */
  readonly context?: string;
}

export interface DisclosureTask {
  readonly circuitId: string;
  readonly inputs: CircuitInputs;
  /** the document but for its proof */
  readonly document: Omit<StepDisclosure, 'proof'>;
}

/**
 * What to prove so that one step of a run can be shown without the others.
 * @param receipt as it was issued
 * @throws Refusal NOT_FOUND for a step that the run does not have, RECEIPT_DIFFERS when the run does not give the
 * receipt's commitments
 */
export function disclosureTask(
  run: ClosedRun,
  { statement, signature }: Pick<Receipt, 'statement' | 'signature'>,
  { stepId, show, openings = false, context = '0' }: DisclosureRequest,
): DisclosureTask {
  const made = commitRun(run);
  const at = run.steps.findIndex((step) => step.stepId === stepId);
  const step = run.steps[at];
  if (!made || !step) throw new Refusal('NOT_FOUND', `The run has no step ${stepId}.`, { stepId });
  if (made.resultsRoot !== statement.commitments?.resultsRoot)
    throw new Refusal('RECEIPT_DIFFERS', 'The run no longer gives what its receipt commits to.', {
      receiptId: statement.receiptId,
    });
  const shows = (what: Showable) => show.includes(what);
  return {
    circuitId: `step-disclosure-${made.slots}`,
    inputs: disclosureInputs(made, run.budget, step, at, shows, context),
    document: {
      format: STEP_DISCLOSURE_FORMAT,
      statement,
      signature,
      step: namedStep(step),
      outcome: made.records[at]!.outcome,
      shown: {
        ...(shows('input') && { input: step.inputHash }),
        ...(shows('output') && { output: step.outputHash }),
        ...(shows('cost') && { cost: step.cost.toString() }),
        ...(shows('executor') && { executor: stepEvidence(step) }),
      },
      ...(openings && { openings: openingsOf(run.secret, stepId, shows) }),
    },
  };
}

const namedStep = (step: ClosedStep): StepDisclosure['step'] => ({
  stepId: step.stepId,
  kind: step.kind,
  action: step.action,
  serviceId: step.serviceId,
  recipient: step.recipient,
  network: step.network,
  asset: step.asset,
  ...(step.alternatives && { alternatives: step.alternatives.map((other) => ({ ...other })) }),
});

const openingsOf = (secret: Uint8Array, stepId: string, shows: (what: Showable) => boolean) => ({
  ...(shows('input') && { input: fieldText(saltFor(secret, `input/${stepId}`)) }),
  ...(shows('output') && { output: fieldText(saltFor(secret, `output/${stepId}`)) }),
});

function disclosureInputs(
  made: RunCommitments,
  budget: bigint,
  step: ClosedStep,
  at: number,
  shows: (what: Showable) => boolean,
  context: string,
): CircuitInputs {
  const record = made.records[at]!;
  const evidence = jsonToField('evidence', record.evidence);
  const shown = (what: Showable, value: string) => (shows(what) ? value : '0');
  const texts = (values: readonly bigint[]) => values.map(fieldText);
  const { plan, results } = openedStep(made, at);
  return {
    workflowHash: made.workflowHash,
    resultsRoot: made.resultsRoot,
    executionId: made.executionId,
    stepCount: made.planWords.stepCount.toString(),
    context,
    step: fieldText(stepIdField(step)),
    outcome: fieldText(OUTCOME_BITS[record.outcome]),
    shown: fieldText(shownBits(shows)),
    shownInput: shown('input', record.inputCommitment ?? '0'),
    shownOutput: shown('output', record.outputCommitment ?? '0'),
    shownCost: shown('cost', record.cost.toString()),
    shownEvidence: shown('executor', fieldText(evidence)),
    at: Array.from({ length: made.slots }, (_, i) => (i === at ? '1' : '0')),
    planSalt: made.plan.salt,
    maxCost: budget.toString(),
    planNode: texts(plan.nodes),
    idMember: texts(plan.ids),
    resultNode: texts(results.nodes),
    pairMember: texts(results.pairs),
    metaMember: texts(results.metas),
    lane: texts(results.lanes),
    inputCommitment: record.inputCommitment ?? '0',
    evidenceHash: fieldText(evidence),
    detailSalt: record.detailSalt,
    cost: record.cost.toString(),
    attempt: record.attempt.toString(),
    seq: record.seq.toString(),
  };
}
