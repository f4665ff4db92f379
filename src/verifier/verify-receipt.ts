import { checkReceiptChain } from './check-chain.js';
import { checkContents, checkOpenings } from './check-contents.js';
import { checkDisclosure } from './check-disclosure.js';
import { checkReceiptProof } from './check-proof.js';
import { checkRollback } from './check-rollback.js';
import { checkStanding } from './check-standing.js';
import { checkStatement } from './check-statement.js';
import { stepDisclosureFindings } from './check-step-disclosure.js';
import { type Check, failed, noted, passed, type Verdict, verdict } from './checks.js';
import { type Receipt, receiptSchema } from './document.js';
import { complaint } from './form-complaint.js';
import { type Finding, settle } from './pending-proof.js';
import { type ReadDocument, readDocument } from './read-document.js';
import { checkSignature } from './signature.js';
import { STEP_DISCLOSURE_FORMAT } from './step-disclosure.js';
import type { VerifyOptions } from './verify-options.js';

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
  ({ statement, disclosure }) => checkRollback(statement, disclosure),
  ({ statement, proof, proofs }, options) => {
    if (proofs) return checkReceiptChain({ statement, proof, proofs }, options, options.context);
    return proof ? checkReceiptProof(statement, proof, options, options.context) : [];
  },
  checkStanding,
  checkOpenings,
  (receipt, { contents }) => (contents ? checkContents(receipt, contents) : []),
];

function findings(document: unknown, options: VerifyOptions): readonly Finding[] {
  if (formatOf(document) === STEP_DISCLOSURE_FORMAT) return stepDisclosureFindings(document, options);
  const read = receiptSchema.safeParse(document);
  if (!read.success) return [failed('format', complaint(read.error.issues))];
  const receipt = read.data;
  const form = passed('format', `A receipt of the form ${receipt.format}.`);
  const signature = checkSignature(receipt, options.issuerKeys ?? []);
  // nothing that costs time is done for a receipt that nobody one trusts has signed
  if (!verdict(signature).valid) return [form, ...signature, noted('rest', 'Not looked at any further.')];
  return [form, ...signature, ...SECTIONS.flatMap((section) => section(receipt, options))];
}

const formatOf = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && 'format' in document ? document.format : undefined;

/** Whether the receipt brings what its level, or the one asked for, needs. */
function levelChecks(
  { statement, disclosure, proof, proofs }: Receipt,
  options: VerifyOptions,
): readonly Check[] {
  const isProven = proof !== undefined || proofs !== undefined;
  const proofless = statement.level === 'zero-knowledge' && statement.unprovable !== null;
  // what was issued at another level, or when no proof of it could be made, may have been proven since, and shows its
  // proof instead of what it disclosed
  const isUpgraded = !disclosure && isProven && (statement.level !== 'zero-knowledge' || proofless);
  const own = isUpgraded ? 'zero-knowledge' : proofless ? 'basic' : statement.level;
  const wanted = options.level ?? own;
  const since = isUpgraded ? ` It was issued as ${statement.level} and proven since.` : '';
  const holds = passed('level', `The receipt brings what the level ${wanted} needs.${since}`);
  if (wanted === 'signed') return [holds];
  if (wanted === 'zero-knowledge') {
    if (isProven) return [holds];
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
