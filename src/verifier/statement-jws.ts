import { base64url, fromBase64url } from '../kernel/base64url.js';
import { utf8 } from '../kernel/commitments/sha2.js';

/** What a signed statement says it is, so that no other JWS by the same key is one. */
const TYPE = 'quittance-receipt-1+jws';

/** The protected header in its one form; there is no other parameter, and no choice of an algorithm. */
const headerPart = (keyId: string): string =>
  base64url(utf8(`{"alg":"EdDSA","kid":"${keyId}","typ":"${TYPE}"}`));

/**
 * What is signed (RFC 7515, 5.1): the header, a full stop, and the statement, both in base64url.
 * @param text the statement as RFC 8785 text
 */
export const jwsSigningInput = (keyId: string, text: string): Uint8Array =>
  utf8(`${headerPart(keyId)}.${base64url(utf8(text))}`);

/** The JWS without its payload (RFC 7515, appendix F), since the statement stands beside it. @param signature 64 bytes */
export const detachedJws = (keyId: string, signature: Uint8Array): string =>
  `${headerPart(keyId)}..${base64url(signature)}`;

/** The JWS with its payload, as any JOSE library takes it. */
export const attachedJws = (jws: string, text: string): string =>
  jws.replace('..', `.${base64url(utf8(text))}.`);

/** @returns undefined for a JWS whose header is another one, or whose signature is not written in its one form */
export function signatureOfJws(jws: string, keyId: string): Uint8Array | undefined {
  const [header, payload, signature = ''] = jws.split('.');
  return header === headerPart(keyId) && payload === '' ? fromBase64url(signature) : undefined;
}
