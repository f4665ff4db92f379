import { fieldText } from '../kernel/commitments/field.js';
import { planCommitment } from '../kernel/commitments/plan-commitment.js';
import { commitResultWords, finalResultHash, resultWords } from '../kernel/commitments/results-root.js';
import { type Check, check, failed } from './checks.js';
import type { DisclosedStep, Disclosure, Statement } from './document.js';
import {
  brokenOrder,
  doublePayment,
  overspent,
  reassigned,
  signedFor,
  wronglyKept,
  wrongPayment,
} from './run-rules.js';

/** Makes every commitment again from what is disclosed, and applies to it the rules a proof would show. */
export function checkDisclosure(statement: Statement, disclosure: Disclosure): readonly Check[] {
  const { commitments } = statement;
  if (!commitments) return [failed('plan', 'Steps are disclosed, but nothing was committed to.')];
  if (disclosure.steps.length !== statement.stepCount)
    return [
      failed(
        'plan',
        `${disclosure.steps.length} steps are disclosed, the receipt is for ${statement.stepCount}.`,
      ),
    ];
  const { steps } = disclosure;
  return [
    recomputed('plan', commitments.workflowHash, () => planOf(disclosure, statement), 'the disclosed plan'),
    recomputed('results', commitments.resultsRoot, () => rootOf(steps, statement), 'the disclosed steps'),
    recomputed(
      'final-result',
      commitments.finalResultHash,
      () => finalOf(disclosure),
      'the disclosed result',
    ),
    check(
      'costs',
      overspent(steps, statement),
      'No step is above its ceiling and the total is within the budget.',
    ),
    check('order', brokenOrder(steps, statement), 'Every step ended after all it depends on.'),
    check(
      'payments',
      wrongPayment(steps) ?? doublePayment(steps),
      `Every payment is to the planned recipient, of the recorded cost.${signedFor(steps)}${reassigned(steps)}`,
    ),
    ...(statement.kept
      ? [check('kept', wronglyKept(steps, statement), 'What is kept of other runs cost nothing in this one.')]
      : []),
  ];
}

function recomputed(name: string, committed: string | null, make: () => string | null, what: string): Check {
  let found: string | null;
  try {
    found = make();
  } catch (error) {
    return failed(
      name,
      `There is no commitment to ${what}: ${error instanceof Error ? error.message : 'error'}`,
    );
  }
  const complaint = `What is signed is not the commitment to ${what}.`;
  return check(
    name,
    found === committed ? undefined : complaint,
    `What is signed is the commitment to ${what}.`,
  );
}

const planOf = (disclosure: Disclosure, statement: Statement): string =>
  planCommitment({
    steps: disclosure.steps.map((step) => ({ ...step, ceiling: BigInt(step.ceiling) })),
    maxCost: BigInt(statement.maxCost),
    salt: disclosure.planSalt,
  });

function rootOf(steps: readonly DisclosedStep[], statement: Statement): string {
  const words = resultWords(steps.map((step) => ({ ...step, cost: BigInt(step.cost) })));
  const { workflowHash, executionId } = statement.commitments!;
  return fieldText(
    commitResultWords(words, {
      workflowHash: BigInt(workflowHash),
      executionId: BigInt(executionId),
      stepCount: BigInt(steps.length),
    }),
  );
}

function finalOf({ steps, finalSalt }: Disclosure): string | null {
  const last = steps.at(-1)!;
  if (last.outcome !== 'completed' || last.outputCommitment === null) return null;
  return finalResultHash(last.outputCommitment, finalSalt);
}
