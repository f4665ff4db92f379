import { workerData } from 'node:worker_threads';
import { answerCalls } from '../adapters/threads/answer-calls.js';
import type { ClosedRun } from '../receipts/closed-run.js';
import { issuerFromSeed } from '../receipts/issuer.js';
import { makeReceipt } from '../receipts/make-receipt.js';

/** What {@link file://./receipts.ts} gives this thread. */
export interface ReceiptThreadData {
  readonly seed: Uint8Array;
}

export interface ReceiptCall {
  readonly run: ClosedRun;
  readonly issuedAt: string;
}

const make = makeReceipt(issuerFromSeed((workerData as ReceiptThreadData).seed));
answerCalls(({ run, issuedAt }: ReceiptCall) => make(run, issuedAt));
