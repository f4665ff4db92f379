import { canonicalJson } from '../kernel/canonical-json.js';
import { jsonToField } from '../kernel/commitments/content.js';
import { fieldText } from '../kernel/commitments/field.js';
import { stepIdField } from '../kernel/commitments/plan-commitment.js';
import { OUTCOME_BITS } from '../kernel/commitments/results-root.js';
import { checkContents } from './check-contents.js';
import { checkProofAbout, differing } from './check-proof.js';
import { checkStanding } from './check-standing.js';
import { checkStatement } from './check-statement.js';
import { type Check, check, failed, noted, passed, verdict } from './checks.js';
import { receiptSchema } from './document.js';
import { complaint } from './form-complaint.js';
import type { Finding } from './pending-proof.js';
import type { ReadDocument } from './read-document.js';
import { wrongPayment } from './run-rules.js';
import { checkSignature } from './signature.js';
import { type StepDisclosure, shownBits, stepDisclosureSchema } from './step-disclosure.js';
import type { VerifyOptions } from './verify-options.js';

/** Whether one step, shown apart, belongs to the receipt whose statement is beside it. */
export function stepDisclosureFindings(document: unknown, options: VerifyOptions): readonly Finding[] {
  const read = stepDisclosureSchema.safeParse(document);
  if (!read.success) return [failed('format', complaint(read.error.issues))];
  const shown = read.data;
  const { stepId } = shown.step;
  const form = passed('format', `A disclosure of one step, of the form ${shown.format}.`);
  if (options.level !== undefined)
    return [form, failed('level', 'This shows one step of a run; only a receipt has a level.')];
  const signature = checkSignature(shown, options.issuerKeys ?? []);
  if (!verdict(signature).valid) return [form, ...signature, noted('rest', 'Not looked at any further.')];
  return [
    form,
    ...signature,
    checkStatement(shown.statement),
    ...checkStanding(shown, options),
    ...(options.receipt ? [checkReceipt(shown, options.receipt)] : []),
    ...checkProofAbout(shown.proof, options, options.context, {
      misstated: (signals) => misstated(shown, signals),
      holds: `The proof is about ${stepId} and what is shown of it, and about this receipt.`,
    }),
    ...paymentCheck(shown),
    ...(options.contents ? checkContents(contentsOf(shown), options.contents) : []),
    noted('run', 'Whether the run kept the rules is for the receipt itself: have it verified as well.'),
  ];
}

type Signals = Parameters<Parameters<typeof checkProofAbout>[3]['misstated']>[0];

function misstated(
  { statement, step, outcome, shown }: StepDisclosure,
  signals: Signals,
): string | undefined {
  const { commitments, stepCount } = statement;
  if (!commitments) return 'Nothing was committed to, so no step belongs to this receipt.';
  const { input, output, cost, executor } = shown;
  const evidence = executor === undefined ? 0n : jsonToField('evidence', executor);
  const expected = {
    workflowHash: commitments.workflowHash,
    resultsRoot: commitments.resultsRoot,
    executionId: commitments.executionId,
    stepCount: stepCount.toString(),
    step: fieldText(stepIdField(step)),
    outcome: fieldText(OUTCOME_BITS[outcome]),
    shown: fieldText(shownBits((what) => shown[what] !== undefined)),
    shownInput: input ?? '0',
    shownOutput: output ?? '0',
    shownCost: cost ?? '0',
    shownEvidence: fieldText(evidence),
  };
  return differing(expected, signals, 'the document');
}

/** A receipt is known by what its issuer signed. */
function checkReceipt({ statement }: StepDisclosure, read: ReadDocument): Check {
  if ('complaint' in read) return failed('receipt', `The receipt cannot be read. ${read.complaint}`);
  const receipt = receiptSchema.safeParse(read.value);
  if (!receipt.success) return failed('receipt', 'What was given beside it is no receipt.');
  const isSame = canonicalJson(receipt.data.statement) === canonicalJson(statement);
  return check(
    'receipt',
    isSame ? undefined : 'The step is of another receipt than the one given beside it.',
    `The step is of this receipt, ${statement.receiptId}.`,
  );
}

/** What a disclosed payment must be; without its cost, the amount is taken as it stands. */
function paymentCheck({ step, outcome, shown }: StepDisclosure): readonly Check[] {
  const { executor: evidence, cost } = shown;
  if (!evidence) return [];
  const paid = { ...step, outcome, evidence, cost: cost ?? evidence.payment?.amount ?? '0' };
  return [
    check('payments', wrongPayment([paid]), 'The payment is to the planned recipient, if there is one.'),
  ];
}

const contentsOf = ({ step: { stepId }, shown, openings }: StepDisclosure) => ({
  disclosure: {
    steps: [{ stepId, inputCommitment: shown.input ?? null, outputCommitment: shown.output ?? null }],
  },
  openings: { [stepId]: openings ?? {} },
});
