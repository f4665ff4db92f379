import { parseNoteKey } from '../../kernel/log/note.js';
import { issuerKeyId, successorsOf, type VerifyOptions } from '../index.js';
import {
  type FileField,
  type GivenFiles,
  type GivenOptions,
  givenOptions,
  WrongFile,
} from './given-files.js';

/** What a reader typed into the form, as it stands there. */
export interface Wishes {
  readonly keys: string;
  /** of the log receipts must be in, <name>+<hash>+<base64> */
  readonly logkey: string;
  readonly context: string;
  readonly level: string;
  readonly production: boolean;
  readonly files: GivenFiles;
}

/** A field of the form that can hold what means nothing. */
export type Field = Exclude<keyof Wishes, 'level' | 'production' | 'files'> | FileField;

export type Understood =
  | { readonly options: VerifyOptions }
  | { readonly complaint: string; readonly field: Field };

const LEVELS = ['signed', 'basic', 'full', 'zero-knowledge'] as const;

/** What the reader wants receipts to be held to, or what they typed that means nothing. */
export function understand({ keys, logkey, context, level, production, files }: Wishes): Understood {
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
  const beside = read(files);
  if ('complaint' in beside) return beside;
  const issuerKeys = [
    ...beside.issuerKeys,
    ...given.map((publicKey) => ({ publicKey, keyId: issuerKeyId(publicKey) })),
  ];
  return {
    options: {
      issuerKeys: issuerKeys.length > 0 ? issuerKeys : 'embedded',
      allowDevelopmentKeys: !production,
      ...(beside.log && { log: { key: beside.log.key, others: beside.log.others, required: false } }),
      ...(log && {
        log: { key: log, others: successorsOf(log, beside.log?.handovers ?? []).slice(1), required: true },
      }),
      ...beside.options,
      ...(held && { level: held }),
      ...(wanted !== '' && { context: wanted }),
    },
  };
}

function read(files: GivenFiles): GivenOptions | { readonly field: FileField; readonly complaint: string } {
  try {
    return givenOptions(files);
  } catch (error) {
    if (error instanceof WrongFile) return { field: error.field, complaint: error.message };
    throw error;
  }
}
