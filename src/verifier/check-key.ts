import { type Check, check } from './checks.js';
import type { Receipt } from './document.js';
import type { IssuerKey } from './signature.js';

/** Whether the key was in use when the receipt says it was issued. No line where nothing is said of its time. */
export function checkKeyTime(
  { statement: { issuedAt }, signature: { publicKey, keyId } }: Pick<Receipt, 'statement' | 'signature'>,
  trusted: readonly IssuerKey[] | 'embedded' | undefined,
): readonly Check[] {
  if (!Array.isArray(trusted)) return [];
  const key = (trusted as readonly IssuerKey[]).find((each) => each.publicKey === publicKey);
  if (!key || (key.validFrom === undefined && key.validUntil === undefined)) return [];
  const { validFrom, validUntil } = key;
  const early = validFrom !== undefined && issuedAt < validFrom && `only from ${validFrom} on`;
  const late = validUntil !== undefined && issuedAt > validUntil && `only until ${validUntil}`;
  const complaint =
    early || late ? `Issued on ${issuedAt}, and the key ${keyId} was used ${early || late}.` : undefined;
  return [check('key-time', complaint, `The key ${keyId} was in use on ${issuedAt}.`)];
}
