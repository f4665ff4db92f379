import { canonicalJson } from '../canonical-json.js';
import { type FieldText, fieldText } from './field.js';
import { poseidon, poseidonOnce } from './poseidon.js';
import { saltFor } from './salts.js';
import { bigEndian, sha256 } from './sha2.js';
import { CONTENT_TAGS, type ContentDomain } from './tags.js';

/** What a step takes or gives: a JSON value, or bytes when it is a file. */
export type PlainContent = { readonly json: unknown } | { readonly bytes: Uint8Array };

/** SHA-256 is 256 bits and an element 254, so the digest goes in as two halves. */
const fromDigest = (domain: ContentDomain, digest: Uint8Array): bigint =>
  poseidon([CONTENT_TAGS[domain], bigEndian(digest.subarray(0, 16)), bigEndian(digest.subarray(16))]);

/** RFC 8785 bytes of `value`, SHA-256 under the domain's prefix, then Poseidon(tag, high half, low half). */
export const jsonToField = (domain: ContentDomain, value: unknown): bigint =>
  fromDigest(domain, sha256(`agent-receipt/v1/${domain}\0${canonicalJson(value)}`));

/** As {@link jsonToField} for bytes; the prefix differs, so a file never hashes like a JSON value. */
export const bytesToField = (domain: ContentDomain, bytes: Uint8Array): bigint =>
  fromDigest(domain, sha256(`agent-receipt/v1/${domain}/bytes\0`, bytes));

export const contentToField = (domain: ContentDomain, content: PlainContent): bigint =>
  'json' in content ? jsonToField(domain, content.json) : bytesToField(domain, content.bytes);

/** Content has few possible values more often than one thinks: without a salt, a guess confirms it. */
export const blind = (hash: bigint, salt: bigint): bigint => poseidonOnce([hash, salt]);

/**
 * The commitment to what a step was given or gave, for the event that records it. The only commitment on the
 * step path; everything else is derived from it when the run is closed.
 * @param secret 32 secret bytes of the run
 * @throws TypeError when JSON content is not strict JSON
 */
export function commitContent(
  secret: Uint8Array,
  stepId: string,
  role: 'input' | 'output',
  content: PlainContent,
): FieldText {
  const domain = role === 'input' ? 'input' : 'result';
  return fieldText(blind(contentToField(domain, content), saltFor(secret, `${role}/${stepId}`)));
}
