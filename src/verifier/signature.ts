import { canonicalJson } from '../kernel/canonical-json.js';
import { sha256Hex, utf8 } from '../kernel/commitments/sha2.js';
import { type Check, check, failed } from './checks.js';
import { RECEIPT_FORMAT, type Receipt, type Statement } from './document.js';
import { holdsEd25519 } from './ed25519.js';
import { attachedJws, jwsSigningInput, signatureOfJws } from './statement-jws.js';

/** A key somebody trusts to issue receipts. */
export interface IssuerKey {
  readonly keyId: string;
  /** Ed25519, hex */
  readonly publicKey: string;
  /** ISO 8601; between which times it signed, where somebody says so */
  readonly validFrom?: string;
  readonly validUntil?: string;
}

/**
 * A statement as bytes: the format's name, a line feed, and its RFC 8785 text. The log knows receipts by them, and
 * signatures that are no JWS are over them.
 */
export const statementBytes = (statement: Statement): Uint8Array =>
  bytesOfStatementText(canonicalJson(statement));

/** @param text the statement as RFC 8785 text */
export const bytesOfStatementText = (text: string): Uint8Array => utf8(`${RECEIPT_FORMAT}\n${text}`);

export const bytesOfHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The name of a key follows from the key, so that no other can take its name. */
export const issuerKeyId = (publicKey: string): string => sha256Hex(bytesOfHex(publicKey)).slice(0, 16);

/**
 * @param trusted the issuers whose word counts, or `embedded` to take whichever key the receipt brings: then a
 * valid signature says that the receipt is whole, not who wrote it
 */
export function checkSignature(
  { statement, signature }: Pick<Receipt, 'statement' | 'signature'>,
  trusted: readonly IssuerKey[] | 'embedded',
): readonly Check[] {
  return [checkIssuer(signature, trusted), checkBytes(statement, signature)];
}

function checkIssuer(signature: Receipt['signature'], trusted: readonly IssuerKey[] | 'embedded'): Check {
  if (issuerKeyId(signature.publicKey) !== signature.keyId)
    return failed('issuer', 'The name of the key is not that of the key in the receipt.');
  if (trusted === 'embedded') {
    const reason = 'Not asked for: any key was accepted. Anybody can sign with a key of their own.';
    return { name: 'issuer', required: false, passed: false, reason };
  }
  if (trusted.length === 0) return failed('issuer', 'No issuer key was given to trust.');
  const known = trusted.some(({ publicKey }) => publicKey === signature.publicKey);
  return check(
    'issuer',
    known ? undefined : `The key ${signature.keyId} is none of those you trust.`,
    `Issued by the key ${signature.keyId}, which you trust.`,
  );
}

function checkBytes(statement: Statement, signature: Receipt['signature']): Check {
  const how = signature.alg === 'EdDSA' ? 'a JWS, EdDSA' : 'Ed25519';
  return check(
    'signature',
    holds(statement, signature) ? undefined : 'The statement is not what the issuer signed.',
    `The statement is exactly what the issuer signed (${how}).`,
  );
}

/** A key or signature that is no point of the curve is as wrong as one that does not match. */
function holds(statement: Statement, signature: Receipt['signature']): boolean {
  const { value, bytes } = signedPart(statement, signature);
  if (!value) return false;
  try {
    return holdsEd25519(value, bytes, bytesOfHex(signature.publicKey));
  } catch {
    return false;
  }
}

function signedPart(statement: Statement, signature: Receipt['signature']) {
  if (signature.alg === 'Ed25519')
    return { value: bytesOfHex(signature.value), bytes: statementBytes(statement) };
  const { jws, keyId } = signature;
  return { value: signatureOfJws(jws, keyId), bytes: jwsSigningInput(keyId, canonicalJson(statement)) };
}

/** The issuer's JWS with the statement in it. @returns undefined for a receipt that was signed without one */
export const attachedJwsOf = ({
  statement,
  signature,
}: Pick<Receipt, 'statement' | 'signature'>): string | undefined =>
  signature.alg === 'EdDSA' ? attachedJws(signature.jws, canonicalJson(statement)) : undefined;
