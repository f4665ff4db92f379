import { slotsFor } from '../kernel/commitments/layout.js';
import { executionIdField } from '../kernel/commitments/results-root.js';
import { receiptIdOf } from '../kernel/ids.js';
import { type Check, check } from './checks.js';
import type { Statement } from './document.js';
import { NOT_PROVEN } from './limits-of-proof.js';

/** Whether the statement agrees with itself. An honest issuer's always does; a signature does not say so. */
export const checkStatement = (statement: Statement): Check =>
  check(
    'statement',
    contradiction(statement),
    `Run ${statement.runNo} of ${statement.workflowId} ${statement.outcome}.`,
  );

function contradiction(statement: Statement): string | undefined {
  const { workflowId, runNo, commitments, totalCost, maxCost, stepCount, outcome } = statement;
  if (!/^wf_[0-9A-Za-z]{1,60}$/.test(workflowId)) return 'The workflow id is not one.';
  if (statement.receiptId !== receiptIdOf(workflowId, runNo))
    return 'The receipt id is not that of this run.';
  if (JSON.stringify(statement.notProven) !== JSON.stringify(NOT_PROVEN))
    return 'What the receipt says it does not prove is not what this version says.';
  if (totalCost !== null && BigInt(totalCost) > BigInt(maxCost)) return 'The total is above the budget.';
  if (totalCost === null && outcome !== 'completed') return 'Only a completed run may conceal its total.';
  if ((commitments === null) !== (stepCount === 0))
    return 'There are commitments without steps, or the reverse.';
  if (outcome === 'completed' && !commitments?.finalResultHash) return 'A completed run has a final result.';
  if (commitments === null) return undefined;
  if (commitments.slots !== slotsFor(stepCount)) return 'The commitments are for another number of slots.';
  if (commitments.executionId !== executionIdField(workflowId, runNo).toString())
    return 'The execution id is not that of this run.';
  return undefined;
}
