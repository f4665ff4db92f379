import { type Contents, checkContents } from './check-contents.js';
import { checkDisclosure } from './check-disclosure.js';
import { checkLog, type TrustedLog } from './check-log.js';
import { checkReceiptProof } from './check-proof.js';
import { checkStatement } from './check-statement.js';
import { type Check, failed, noted, passed, type Verdict, verdict } from './checks.js';
import { type Receipt, receiptSchema } from './document.js';
import type { Pairing } from './pairing.js';
import { type Finding, settle } from './pending-proof.js';
import { type ReadDocument, readDocument } from './read-document.js';
import { checkSignature, type IssuerKey } from './signature.js';
import type { PinnedKey } from './verification-keys.js';

export interface VerifyOptions {
  /**
   * Issuers whose word counts. `embedded` takes whichever key the receipt brings, and says so: the receipt is
   * then whole, but nobody vouches for it. Without any, no receipt is valid.
   */
  readonly issuerKeys?: readonly IssuerKey[] | 'embedded';
  /** false in production */
  readonly allowDevelopmentKeys: boolean;
  /**
   * The level to hold the receipt to; its own when absent. `signed` asks for nothing but the issuer's word: for a
   * receipt whose proof is still being made.
   */
  readonly level?: Receipt['statement']['level'] | 'signed';
  /** the context a proof must have been made for, canonical decimal */
  readonly context?: string;
  /** contents to compare with what was committed to */
  readonly contents?: Contents;
  /** the log receipts must, or may, be in */
  readonly log?: TrustedLog;
  readonly verificationKeys?: readonly PinnedKey[];
  /** the library to compute pairings with; the one that runs everywhere when absent */
  readonly pairing?: Pairing;
}

/**
 * Checks a receipt with nothing but itself and the keys one trusts: no database, no network. Never throws for
 * what the document says.
 * @param document parsed JSON, from anywhere; {@link verifyReceiptBytes} also sees what parsing hides
 */
export async function verifyReceipt(document: unknown, options: VerifyOptions): Promise<Verdict> {
  return settle([findings(document, options)], options.pairing)[0]!;
}

/** Checks a receipt as it is written. Two programs may read JSON differently; what they could is refused. */
export async function verifyReceiptBytes(bytes: Uint8Array, options: VerifyOptions): Promise<Verdict> {
  return (await verifyReceipts([bytes], options))[0]!;
}

/** Checks many: their proofs share most of what proofs cost, and bad ones are found among them. */
export async function verifyReceipts(
  documents: readonly Uint8Array[],
  options: VerifyOptions,
): Promise<readonly Verdict[]> {
  return verifyRead(documents.map(readDocument), options);
}

/** The same of documents that were read already, or could not be. */
export function verifyRead(documents: readonly ReadDocument[], options: VerifyOptions): readonly Verdict[] {
  return settle(
    documents.map((read) =>
      'complaint' in read ? [failed('format', read.complaint)] : findings(read.value, options),
    ),
    options.pairing,
  );
}

/** A part of what is checked: its findings about a receipt that somebody one trusts has signed. */
type Section = (receipt: Receipt, options: VerifyOptions) => readonly Finding[];

const SECTIONS: readonly Section[] = [
  ({ statement }) => [checkStatement(statement)],
  levelChecks,
  ({ statement, disclosure }) => (disclosure ? checkDisclosure(statement, disclosure) : []),
  ({ statement, proof }, options) =>
    proof ? checkReceiptProof(statement, proof, options, options.context) : [],
  (receipt, { log }) => checkLog(receipt, log),
  (receipt, { contents }) => (contents ? checkContents(receipt, contents) : []),
];

function findings(document: unknown, options: VerifyOptions): readonly Finding[] {
  const read = receiptSchema.safeParse(document);
  if (!read.success) return [failed('format', complaint(read.error.issues))];
  const receipt = read.data;
  const form = passed('format', `A receipt of the form ${receipt.format}.`);
  const signature = checkSignature(receipt, options.issuerKeys ?? []);
  // nothing that costs time is done for a receipt that nobody one trusts has signed
  if (!verdict(signature).valid) return [form, ...signature, noted('rest', 'Not looked at any further.')];
  return [form, ...signature, ...SECTIONS.flatMap((section) => section(receipt, options))];
}

/** Whether the receipt brings what its level, or the one asked for, needs. */
function levelChecks({ statement, disclosure, proof }: Receipt, options: VerifyOptions): readonly Check[] {
  const proofless = statement.level === 'zero-knowledge' && statement.unprovable !== null;
  const own = proofless ? 'basic' : statement.level;
  const wanted = options.level ?? own;
  const holds = passed('level', `The receipt brings what the level ${wanted} needs.`);
  if (wanted === 'signed') return [holds];
  if (wanted === 'zero-knowledge') {
    if (proof) return [holds];
    return [failed('level', statement.unprovable ?? 'The receipt has no proof yet.')];
  }
  if (!disclosure && statement.commitments !== null)
    return [failed('level', 'The receipt does not disclose what its commitments open to.')];
  if (wanted === 'basic') return [holds];
  return [
    holds,
    noted(
      'events',
      'The events of the run are not in the receipt; ask its issuer to derive it from them again.',
    ),
    noted(
      'payments-on-chain',
      'Look the signatures of the payments up on their chain; this verifier uses no network.',
    ),
  ];
}

const complaint = (issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the document'}: ${message}`)
    .join('; ')
    .slice(0, 600);
