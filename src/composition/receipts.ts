import { systemClock } from '../adapters/system/clock.js';
import type { Issuer } from '../receipts/issuer.js';
import { type CheckOwn, ReceiptJob, type RunTask } from '../receipts/receipt-job.js';
import type { Converse, Dispatch } from '../runtime/dispatch.js';
import type { DoneHere } from '../runtime/jobs-here.js';
import type { Parts } from './parts.js';

export interface ReceiptParts {
  readonly issuer: Issuer;
  readonly check: CheckOwn;
}

export const receiptJob = (parts: Parts, dispatch: Dispatch & Converse, { issuer, check }: ReceiptParts) =>
  new ReceiptJob(
    dispatch,
    parts.content,
    parts.artifacts,
    issuer,
    parts.prover,
    check,
    systemClock,
    parts.payerAddress,
  );

/** A receipt takes less than a millisecond and nobody else: who closes a run issues it, if it issues receipts. */
export const receiptsHere =
  (parts: Parts, own: ReceiptParts) =>
  (dispatch: Dispatch & Converse): DoneHere => {
    const receipts = receiptJob(parts, dispatch, own);
    return { receipt: ({ payload }) => receipts.issue(payload as unknown as RunTask) };
  };
