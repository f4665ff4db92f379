import type { DisclosedStep, Statement } from './document.js';
import { wrongServiceReceipt } from './service-receipt.js';

/** The rules of domain.md 13 on disclosed steps. Each returns the first thing that breaks it. */

export function overspent(steps: readonly DisclosedStep[], statement: Statement): string | undefined {
  let total = 0n;
  for (const { stepId, cost, ceiling } of steps) {
    if (BigInt(cost) > BigInt(ceiling))
      return `${stepId} cost ${cost}, its ceiling is ${ceiling} micro-USDC.`;
    total += BigInt(cost);
  }
  if (statement.totalCost !== null && BigInt(statement.totalCost) !== total)
    return `The steps cost ${total} micro-USDC, the receipt says ${statement.totalCost}.`;
  if (total > BigInt(statement.maxCost))
    return `The steps cost ${total}, the budget is ${statement.maxCost} micro-USDC.`;
  return undefined;
}

export function brokenOrder(
  steps: readonly DisclosedStep[],
  { outcome, kept = [] }: Statement,
): string | undefined {
  const keptOf = new Map(kept.map((step) => [step.stepId, step]));
  const byId = new Map(steps.map((step) => [step.stepId, step]));
  for (const step of steps) {
    const needed = step.dependencies.map((id) => byId.get(id));
    if (outcome === 'completed' && step === steps.at(-1) && step.outcome !== 'completed')
      return `The run is said to be completed, its last step ${step.stepId} is not.`;
    if (step.outcome === 'skipped') {
      if (!step.skippable && needed.every((other) => other?.outcome === 'completed'))
        return `${step.stepId} was skipped, which the plan does not allow.`;
      if (step.cost !== '0' || step.attempt !== 0 || step.outputCommitment !== null)
        return `${step.stepId} was skipped, yet it has a cost, an attempt or an output.`;
    }
    if (step.outcome !== 'completed') continue;
    if (step.attempt < 1) return `${step.stepId} completed without an attempt.`;
    // a plan may let a step run although what it needs was skipped or has failed, but not before that is so
    for (const other of needed) {
      // it went without something that is tried again here: when that was, its own run's receipt says
      if (other && isBefore(keptOf.get(step.stepId), keptOf.get(other.stepId))) continue;
      if (!other || other.outcome === 'not_finished' || other.seq >= step.seq)
        return `${step.stepId} completed before ${other?.stepId ?? 'a step'} on which it depends.`;
    }
  }
  return undefined;
}

type Kept = NonNullable<Statement['kept']>[number];

/** Whether a step is kept from a run before the one that another step was done in. */
const isBefore = (step: Kept | undefined, other: Kept | undefined): boolean =>
  step !== undefined &&
  (other === undefined || (step.workflowId === other.workflowId && step.runNo < other.runNo));

/** What is needed of a step to judge its payment. */
export type PaidStep = Pick<
  DisclosedStep,
  'stepId' | 'recipient' | 'network' | 'asset' | 'alternatives' | 'outcome' | 'cost' | 'evidence'
>;

export function wrongPayment(steps: readonly PaidStep[]): string | undefined {
  for (const step of steps) {
    const { payment, executor } = step.evidence;
    const planned = executor === undefined ? step : alternativeOf(step, executor);
    if (!planned) return `${step.stepId} was done by ${executor}, which the plan does not allow.`;
    if (payment === null) {
      // what was paid for a step that failed may be unknown; what completed for money has a payment
      if (step.outcome === 'completed' && step.cost !== '0' && step.recipient !== null)
        return `${step.stepId} cost ${step.cost} micro-USDC, but there is no payment.`;
      continue;
    }
    if (payment.amount !== step.cost) return `${step.stepId} cost ${step.cost}, ${payment.amount} was paid.`;
    if (payment.payee !== planned.recipient) return `${step.stepId} was paid to another than the plan says.`;
    if (payment.network !== planned.network || payment.asset !== planned.asset)
      return `${step.stepId} was paid in another token than the plan says.`;
    const { serviceReceipt } = payment;
    const wrong = serviceReceipt === undefined ? undefined : wrongServiceReceipt(serviceReceipt, payment);
    if (wrong) return `The receipt of the service that did ${step.stepId} ${wrong}.`;
  }
  return undefined;
}

const alternativeOf = ({ alternatives }: PaidStep, executor: string) =>
  alternatives?.find(({ serviceId }) => serviceId === executor);

/** Steps that another service did than the one they were planned for, as a reader should know. */
export const reassigned = (steps: readonly DisclosedStep[]): string =>
  steps
    .flatMap(({ stepId, evidence }) =>
      evidence.executor === undefined
        ? []
        : [` ${stepId} was done by ${evidence.executor}, an alternative of the plan.`],
    )
    .join('');

/** How many payments their recipients have signed for, as a reader should know. */
export function signedFor(steps: readonly PaidStep[]): string {
  const paid = steps.flatMap(({ evidence }) => evidence.payment ?? []);
  const signed = paid.filter(({ serviceReceipt }) => serviceReceipt !== undefined).length;
  return signed === 0 ? '' : ` ${signed} of ${paid.length} signed for by who was paid.`;
}

export function doublePayment(steps: readonly DisclosedStep[]): string | undefined {
  const seen = new Set<string>();
  for (const { stepId, evidence } of steps) {
    const signature = evidence.payment?.signature;
    if (signature === undefined) continue;
    if (seen.has(signature)) return `The payment of ${stepId} stands for another step too.`;
    seen.add(signature);
  }
  return undefined;
}

/** What another run has paid costs nothing here, and is nothing but completed. */
export function wronglyKept(
  steps: readonly DisclosedStep[],
  { kept = [], workflowId, runNo }: Statement,
): string | undefined {
  const byId = new Map(steps.map((step) => [step.stepId, step]));
  const seen = new Set<string>();
  for (const { stepId, ...from } of kept) {
    const step = byId.get(stepId);
    if (!step || seen.has(stepId)) return `${stepId} is said to be kept, and is no step or was said before.`;
    seen.add(stepId);
    if (from.workflowId === workflowId && from.runNo >= runNo)
      return `${stepId} is said to be kept from this run or a later one.`;
    if (step.outcome !== 'completed') return `${stepId} is said to be kept, but it did not complete.`;
    if (step.cost !== '0' || step.evidence.payment !== null)
      return `${stepId} is said to be kept, yet it was paid for in this run.`;
  }
  return undefined;
}
