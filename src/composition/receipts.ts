import { systemClock } from '../adapters/system/clock.js';
import { CallThread } from '../adapters/threads/call-thread.js';
import { ClosedRuns } from '../receipts/closed-runs.js';
import { type Issuer, issuerFromSeed } from '../receipts/issuer.js';
import {
  type MadeReceipt,
  type MakeReceipt,
  makeReceipt,
  type ReceiptOrder,
} from '../receipts/make-receipt.js';
import { type CheckOwn, ReceiptJob, type RunTask } from '../receipts/receipt-job.js';
import type { Converse, Dispatch } from '../runtime/dispatch.js';
import type { DoneHere } from '../runtime/jobs-here.js';
import type { Parts } from './parts.js';
import { tellProgress } from './proof-progress.js';
import type { ReceiptThreadData } from './receipt-thread.js';

export interface ReceiptParts {
  readonly issuer: Issuer;
  readonly check: CheckOwn;
  readonly make: MakeReceipt;
}

export const closedRuns = (parts: Parts, dispatch: Dispatch) =>
  new ClosedRuns(dispatch, parts.content, parts.payerAddress);

export const receiptJob = (
  parts: Parts,
  dispatch: Dispatch & Converse,
  { issuer, check, make }: ReceiptParts,
) =>
  new ReceiptJob(
    dispatch,
    // a run that its parent has undone since gets its receipt all the same
    new ClosedRuns(dispatch, parts.content, parts.payerAddress, parts.store),
    parts.artifacts,
    parts.timers,
    issuer,
    parts.prover,
    check,
    systemClock,
    make,
    tellProgress(parts.live),
  );

/** Signs with the key it was given last. */
export interface ReceiptMaker {
  readonly make: MakeReceipt;
  /** Signs with another key from now on. */
  use(seed: Uint8Array): void;
  close(): Promise<void>;
}

/**
 * Signs receipts in a thread of its own: a fifth of what a short run costs would otherwise keep everybody else from
 * the event loop. What the thread cannot do is done here, and fails here as it would have.
 */
export function receiptMaker(seed: Uint8Array): ReceiptMaker {
  let signer = startSigner(seed);
  return {
    make: (run, issuedAt) => signer.make(run, issuedAt),
    use(next) {
      const former = signer;
      signer = startSigner(next);
      void former.close();
    },
    close: () => signer.close(),
  };
}

function startSigner(seed: Uint8Array): { make: MakeReceipt; close(): Promise<void> } {
  const data: ReceiptThreadData = { seed };
  const entry = new URL('./receipt-thread.js', import.meta.url);
  const thread = new CallThread<ReceiptOrder, MadeReceipt>(entry, data);
  const here = makeReceipt(issuerFromSeed(seed));
  return {
    make: (run, issuedAt) => thread.call({ run, issuedAt }).catch(() => here(run, issuedAt)),
    close: () => thread.close(),
  };
}

/** A receipt takes less than a millisecond and nobody else: who closes a run issues it, if it issues receipts. */
export const receiptsHere =
  (parts: Parts, own: ReceiptParts) =>
  (dispatch: Dispatch & Converse): DoneHere => {
    const receipts = receiptJob(parts, dispatch, own);
    return { receipt: ({ payload }) => receipts.issue(payload as unknown as RunTask) };
  };
