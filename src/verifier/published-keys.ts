import { z } from 'zod';
import { type NoteKey, parseNoteKey } from '../kernel/log/note.js';
import { type IssuerKey, issuerKeyId } from './signature.js';

/** What an installation says of its own keys: `GET /.well-known/quittance-keys.json`, and files kept of it. */
export const KEYS_FORMAT = 'quittance-keys/1';

const time = z.iso.datetime({ precision: 3 });

const logKey = z
  .string()
  .max(400)
  .refine((text) => parseNoteKey(text) !== undefined, 'is no key of a log');

/** keys a log has had before the present one */
export const MOST_LOG_KEYS = 16;

const keySchema = z
  .strictObject({
    keyId: z.string().regex(/^[0-9a-f]{16}$/),
    /** Ed25519, hex */
    publicKey: z.string().regex(/^[0-9a-f]{64}$/),
    alg: z.literal('Ed25519'),
    /** `active` signs, `retired` did, `revoked` may be in other hands */
    status: z.enum(['active', 'retired', 'revoked']),
    /** null: since the installation began */
    validFrom: time.nullable(),
    /** null: until it is replaced */
    validUntil: time.nullable(),
  })
  .refine(({ keyId, publicKey }) => issuerKeyId(publicKey) === keyId, 'is not the name of this key');

export const publishedKeysSchema = z.strictObject({
  format: z.literal(KEYS_FORMAT),
  keys: z.array(keySchema).min(1).max(1_000),
  log: z
    .strictObject({
      origin: z.string().max(200),
      /** as C2SP signed-note writes keys */
      key: logKey,
      /** keys that signed its heads before, the oldest first; absent where there are none */
      former: z
        .array(
          z.strictObject({
            key: logKey,
            /** note by which it names the one after it */
            handover: z.string().max(1_000),
          }),
        )
        .min(1)
        .max(MOST_LOG_KEYS)
        .optional(),
    })
    .nullable(),
});

export type PublishedKeys = Readonly<z.output<typeof publishedKeysSchema>>;

/** Keys as the verifier takes them: their time, and nothing else of what was said of them. */
export const issuerKeysOf = ({ keys }: PublishedKeys): readonly IssuerKey[] =>
  keys.map(({ keyId, publicKey, validFrom, validUntil }) => ({
    keyId,
    publicKey,
    ...(validFrom !== null && { validFrom }),
    ...(validUntil !== null && { validUntil }),
  }));

/** The keys whose signature under a head counts for who believes this document, the present one first. */
export const logKeysOf = ({ log }: PublishedKeys): readonly NoteKey[] =>
  log ? [log.key, ...(log.former ?? []).map(({ key }) => key)].map((text) => parseNoteKey(text)!) : [];

/** What former keys said of their successors, for who believes one of them and not this document. */
export const handoversOf = ({ log }: PublishedKeys): readonly string[] =>
  (log?.former ?? []).map(({ handover }) => handover);
