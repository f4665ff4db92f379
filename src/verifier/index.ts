export { type Contents, plainContentOf } from './check-contents.js';
export { headBy, readCheckpoint, type TrustedLog } from './check-log.js';
export type { Check, Verdict } from './checks.js';
export { RECEIPT_FORMAT, type Receipt, receiptSchema } from './document.js';
export { jwksOf } from './jwks.js';
export { NOT_PROVEN } from './limits-of-proof.js';
export { handedTo, signHandover, successorsOf } from './log-handover.js';
export type { Pairing } from './pairing.js';
export {
  handoversOf,
  issuerKeysOf,
  KEYS_FORMAT,
  logKeysOf,
  type PublishedKeys,
  publishedKeysSchema,
} from './published-keys.js';
export { type ReadDocument, readDocument, textOf, withoutEnvelope } from './read-document.js';
export { receiptIdentity } from './receipt-identity.js';
export { REVOCATIONS_FORMAT, type Revocations, revocationsSchema } from './revocations.js';
export { attachedJwsOf, type IssuerKey, issuerKeyId } from './signature.js';
export {
  SHOWABLE,
  type Showable,
  STEP_DISCLOSURE_FORMAT,
  type StepDisclosure,
  stepDisclosureSchema,
} from './step-disclosure.js';
export { readStrictJson, sentence } from './strict-json.js';
export { type PinnedKey, readPinnedKeys, releasedKeys } from './verification-keys.js';
export type { VerifyOptions } from './verify-options.js';
export { type ProofOptions, verifyProof } from './verify-proof.js';
export { verifyRead, verifyReceipt, verifyReceiptBytes, verifyReceipts } from './verify-receipt.js';
