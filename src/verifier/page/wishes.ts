import { parseNoteKey } from '../../kernel/log/note.js';
import { issuerKeyId, type VerifyOptions } from '../index.js';

/** What a reader typed into the form, as it stands there. */
export interface Wishes {
  readonly keys: string;
  /** of the log receipts must be in, <name>+<hash>+<base64> */
  readonly logkey: string;
  readonly context: string;
  readonly level: string;
  readonly production: boolean;
}

export type Understood =
  | { readonly options: VerifyOptions }
  | { readonly complaint: string; readonly field: keyof Wishes };

const LEVELS = ['basic', 'full', 'zero-knowledge'] as const;

/** What the reader wants receipts to be held to, or what they typed that means nothing. */
export function understand({ keys, logkey, context, level, production }: Wishes): Understood {
  const given = keys
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((text) => text !== '');
  if (!given.every((text) => /^[0-9a-f]{64}$/.test(text)))
    return { field: 'keys', complaint: 'An issuer key is an Ed25519 public key: 64 hex digits.' };
  const log = logkey.trim() === '' ? undefined : parseNoteKey(logkey.trim());
  if (logkey.trim() !== '' && !log)
    return { field: 'logkey', complaint: 'The key of a log is written <name>+<hash>+<base64>.' };
  const wanted = context.trim();
  if (wanted !== '' && !/^(0|[1-9][0-9]{0,76})$/.test(wanted))
    return { field: 'context', complaint: 'A context is a decimal number without sign or leading zeros.' };
  const held = LEVELS.find((each) => each === level);
  const issuerKeys = given.map((publicKey) => ({ publicKey, keyId: issuerKeyId(publicKey) }));
  return {
    options: {
      issuerKeys: issuerKeys.length > 0 ? issuerKeys : 'embedded',
      allowDevelopmentKeys: !production,
      ...(log && { log: { key: log, required: true } }),
      ...(held && { level: held }),
      ...(wanted !== '' && { context: wanted }),
    },
  };
}
