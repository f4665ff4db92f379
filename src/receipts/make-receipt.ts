import { sha256Hex } from '../kernel/commitments/sha2.js';
import type { Receipt } from '../verifier/document.js';
import type { ClosedRun } from './closed-run.js';
import { type IssuedReceipt, issueCommitted, receiptBytes } from './issue-receipt.js';
import type { Issuer } from './issuer.js';
import { commitRuns } from './run-commitments.js';

/** A signed receipt, as it is stored and as it is named. It crosses threads, so nothing is in it twice. */
export interface MadeReceipt {
  /** RFC 8785 text */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hex: receiptHash of the document */
  readonly hash: string;
  /** SHA-256 of the statement's bytes, in hex: the receipt's leaf in the log */
  readonly statementHash: string;
  readonly commitments: Receipt['statement']['commitments'];
  /** name of the key it is signed with */
  readonly keyId: string;
  /** why a run that asks for a proof gets none; null when it gets one, or asks for none */
  readonly unprovable: string | null;
}

/** @param issuedAt ISO 8601 with milliseconds */
export type MakeReceipt = (run: ClosedRun, issuedAt: string) => MadeReceipt | Promise<MadeReceipt>;

/** A run that a receipt is made of. */
export interface ReceiptOrder {
  readonly run: ClosedRun;
  /** ISO 8601 with milliseconds */
  readonly issuedAt: string;
}

/** Pure computing, which may be done in any thread. */
export const makeReceipt =
  (issuer: Issuer) =>
  (run: ClosedRun, issuedAt: string): MadeReceipt =>
    makeReceipts(issuer)([{ run, issuedAt }])[0]!;

/** As {@link makeReceipt} for many, in less time than one by one. It throws when it would for any of them. */
export const makeReceipts =
  (issuer: Issuer) =>
  (orders: readonly ReceiptOrder[]): readonly MadeReceipt[] => {
    const commitments = commitRuns(orders.map(({ run }) => run));
    return orders.map(({ run, issuedAt }, i) =>
      made(issueCommitted(run, commitments[i], issuer, issuedAt), issuer),
    );
  };

function made({ receipt, statementBytes, proving }: IssuedReceipt, { keyId }: Issuer): MadeReceipt {
  const bytes = receiptBytes(receipt);
  const unprovable = proving && !proving.provable ? proving.reason : null;
  const [hash, statementHash] = [sha256Hex(bytes), sha256Hex(statementBytes)];
  const { commitments } = receipt.statement;
  return { bytes, hash, statementHash, commitments, keyId, unprovable };
}
