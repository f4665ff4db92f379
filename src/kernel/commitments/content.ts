import { canonicalJson } from '../canonical-json.js';
import { type FieldText, fieldText } from './field.js';
import { poseidon, poseidonEach, poseidonOnce, poseidonOnceEach } from './poseidon.js';
import { saltFor } from './salts.js';
import { sha256Hex } from './sha2.js';
import { CONTENT_TAGS, type ContentDomain } from './tags.js';

/** What a step takes or gives: a JSON value, or bytes when it is a file. */
export type PlainContent = { readonly json: unknown } | { readonly bytes: Uint8Array };

const jsonInputs = (domain: ContentDomain, value: unknown) =>
  fromDigest(domain, sha256Hex(`agent-receipt/v1/${domain}\0${canonicalJson(value)}`));

const bytesInputs = (domain: ContentDomain, bytes: Uint8Array) =>
  fromDigest(domain, sha256Hex(`agent-receipt/v1/${domain}/bytes\0`, bytes));

const contentInputs = (domain: ContentDomain, content: PlainContent) =>
  'json' in content ? jsonInputs(domain, content.json) : bytesInputs(domain, content.bytes);

/** SHA-256 is 256 bits and an element 254, so the digest goes in as two halves. */
const fromDigest = (domain: ContentDomain, hex: string): readonly bigint[] => [
  CONTENT_TAGS[domain],
  BigInt(`0x${hex.slice(0, 32)}`),
  BigInt(`0x${hex.slice(32)}`),
];

/** RFC 8785 bytes of `value`, SHA-256 under the domain's prefix, then Poseidon(tag, high half, low half). */
export const jsonToField = (domain: ContentDomain, value: unknown): bigint =>
  poseidon(jsonInputs(domain, value));

/**
 * As {@link jsonToField} for many, in less time than one by one.
 * @param hashEach poseidonOnceEach for what is hashed once in a life
 */
export const jsonsToFields = (
  domain: ContentDomain,
  values: readonly unknown[],
  hashEach = poseidonEach,
): readonly bigint[] => hashEach(values.map((value) => jsonInputs(domain, value)));

/** As {@link jsonToField} for bytes; the prefix differs, so a file never hashes like a JSON value. */
export const bytesToField = (domain: ContentDomain, bytes: Uint8Array): bigint =>
  poseidon(bytesInputs(domain, bytes));

export const contentToField = (domain: ContentDomain, content: PlainContent): bigint =>
  poseidon(contentInputs(domain, content));

/** Content has few possible values more often than one thinks: without a salt, a guess confirms it. */
export const blind = (hash: bigint, salt: bigint): bigint => poseidonOnce([hash, salt]);

type Role = 'input' | 'output';
const DOMAINS = { input: 'input', output: 'result' } as const;
const contentSalt = (secret: Uint8Array, stepId: string, role: Role): bigint =>
  saltFor(secret, `${role}/${stepId}`);

/**
 * The commitment to what a step was given or gave, for the event that records it. The only commitment on the
 * step path; everything else is derived from it when the run is closed.
 * @param secret 32 secret bytes of the run
 * @throws TypeError when JSON content is not strict JSON
 */
export function commitContent(
  secret: Uint8Array,
  stepId: string,
  role: Role,
  content: PlainContent,
): FieldText {
  return fieldText(blind(contentToField(DOMAINS[role], content), contentSalt(secret, stepId, role)));
}

/** As {@link commitContent} for both of a step, in less time than one by one, as the event calls them. */
export function commitContents(
  secret: Uint8Array,
  stepId: string,
  input: PlainContent,
  output: PlainContent,
): { readonly inputHash: FieldText; readonly outputHash: FieldText } {
  const hashes = poseidonEach([contentInputs(DOMAINS.input, input), contentInputs(DOMAINS.output, output)]);
  const [inputHash, outputHash] = poseidonOnceEach([
    [hashes[0]!, contentSalt(secret, stepId, 'input')],
    [hashes[1]!, contentSalt(secret, stepId, 'output')],
  ]);
  return { inputHash: fieldText(inputHash!), outputHash: fieldText(outputHash!) };
}
