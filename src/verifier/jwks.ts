import { base64url } from '../kernel/base64url.js';
import type { PublishedKeys } from './published-keys.js';
import { bytesOfHex } from './signature.js';

/** A key as RFC 8037 writes it. */
export interface ReceiptJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly alg: 'EdDSA';
  readonly use: 'sig';
  /** the key's name everywhere else too */
  readonly kid: string;
  readonly x: string;
}

/**
 * The keys receipts are signed with, for JOSE libraries: RFC 7517. Such a set cannot say until when a key signed, so a
 * revoked one is left out of it.
 */
export const jwksOf = ({ keys }: Pick<PublishedKeys, 'keys'>): { readonly keys: readonly ReceiptJwk[] } => ({
  keys: keys
    .filter(({ status }) => status !== 'revoked')
    .map(({ keyId, publicKey }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      alg: 'EdDSA',
      use: 'sig',
      kid: keyId,
      x: base64url(bytesOfHex(publicKey)),
    })),
});
