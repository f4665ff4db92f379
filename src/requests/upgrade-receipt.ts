import { receipt } from '../commands/receipt/decide.js';
import type { ReceiptState } from '../commands/receipt/state.js';
import { Refusal } from '../kernel/errors.js';
import { provingTask } from '../receipts/circuit-inputs.js';
import type { ClosedRuns } from '../receipts/closed-runs.js';
import { requireNewest } from '../receipts/require-newest.js';
import { commitRun } from '../receipts/run-commitments.js';
import type { Dispatch, Dispatched } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface UpgradeParts {
  readonly dispatch: Dispatch;
  readonly closedRuns: Pick<ClosedRuns, 'read'>;
}

export interface ReceiptToUpgrade {
  readonly receiptId: string;
  readonly workflowId: string;
  readonly runNo: number;
}

/**
 * Asks for the proof of a receipt that was issued without one. What it was issued with does not change: the proof is
 * about the same commitments, whose salts are made again from the run's sealed secret.
 * @throws Refusal PROOF_NOT_POSSIBLE with the reason, RUN_SUPERSEDED, KEY_DESTROYED, those of the decider
 */
export async function upgradeReceipt(
  { dispatch, closedRuns }: UpgradeParts,
  caller: Caller,
  { receiptId, workflowId, runNo }: ReceiptToUpgrade,
): Promise<Dispatched<ReceiptState, unknown>> {
  const run = requireNewest(await closedRuns.read({ workflowId, runNo }), receiptId);
  const task = provingTask(run, commitRun(run));
  if (!task.provable)
    throw new Refusal('PROOF_NOT_POSSIBLE', task.reason, {
      receiptId,
      outcome: run.outcome,
      asked: 'zero-knowledge',
      allowed: [],
    });
  const { circuitId, circuitVersion } = task;
  const command = { type: 'UpgradeReceipt', level: 'zero-knowledge', circuitId, circuitVersion } as const;
  return dispatch.send(receipt, receiptId, command, contextOf(caller, 'upgrade', workflowId));
}
