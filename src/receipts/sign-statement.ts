import { canonicalJson } from '../kernel/canonical-json.js';
import type { Receipt, Statement } from '../verifier/document.js';
import { bytesOfStatementText } from '../verifier/signature.js';
import { detachedJws, jwsSigningInput } from '../verifier/statement-jws.js';
import type { Issuer } from './issuer.js';

export interface SignedStatement {
  readonly signature: Receipt['signature'];
  /** the statement as the log knows it */
  readonly bytes: Uint8Array;
}

/** A detached JWS over the statement, which any JOSE library verifies with the keys of `/.well-known/jwks.json`. */
export function signStatement(statement: Statement, { keyId, publicKey, sign }: Issuer): SignedStatement {
  const text = canonicalJson(statement);
  const jws = detachedJws(keyId, sign(jwsSigningInput(keyId, text)));
  return { signature: { alg: 'EdDSA', keyId, publicKey, jws }, bytes: bytesOfStatementText(text) };
}
