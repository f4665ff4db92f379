import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type IssuerKey, issuerKeyId } from '../verifier/signature.js';

/** Who signs receipts. The public half is published; verifiers are told it by other ways than the receipt. */
export interface Issuer extends IssuerKey {
  sign(bytes: Uint8Array): Uint8Array;
}

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEADER_BYTES = 12;

/** @param seed 32 secret bytes, the Ed25519 private key of RFC 8032 @throws RangeError for another length */
export function issuerFromSeed(seed: Uint8Array): Issuer {
  if (seed.length !== 32) throw new RangeError(`the seed of an issuer has 32 bytes, not ${seed.length}`);
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const exported = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = exported.subarray(SPKI_HEADER_BYTES).toString('hex');
  return { keyId: issuerKeyId(publicKey), publicKey, sign: (bytes) => sign(null, bytes, key) };
}
