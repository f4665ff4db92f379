import { approvePlan } from './approve-plan.js';
import { carryOutBatch } from './carry-out-batch.js';
import { carryOutWithdrawal } from './carry-out-withdrawal.js';
import { claimRefund } from './claim-refund.js';
import { compensateRun } from './compensate-run.js';
import { confirmDeposit } from './confirm-deposit.js';
import { executePlan } from './execute-plan.js';
import { issueReceipt } from './issue-receipt.js';
import { payOutSettlement } from './pay-out-settlement.js';
import { planWorkflow } from './plan-workflow.js';
import { settleEscrow } from './settle-escrow.js';
import { useMandate } from './use-mandate.js';
import { watchPayment } from './watch-payment.js';

export const sagas = [
  planWorkflow,
  approvePlan,
  executePlan,
  compensateRun,
  settleEscrow,
  watchPayment,
  claimRefund,
  confirmDeposit,
  carryOutWithdrawal,
  payOutSettlement,
  issueReceipt,
  carryOutBatch,
  useMandate,
] as const;
