import type { Contents } from './check-contents.js';
import type { TrustedLog } from './check-log.js';
import type { Receipt } from './document.js';
import type { Pairing } from './pairing.js';
import type { ReadDocument } from './read-document.js';
import type { Revocations } from './revocations.js';
import type { IssuerKey } from './signature.js';
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
  /** what issuers took back */
  readonly revocations?: Revocations;
  /** the receipt a disclosed step must belong to; says nothing about receipts */
  readonly receipt?: ReadDocument;
  readonly verificationKeys?: readonly PinnedKey[];
  /** the library to compute pairings with; the one that runs everywhere when absent */
  readonly pairing?: Pairing;
}
