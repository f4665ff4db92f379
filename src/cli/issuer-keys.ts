import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PUBLISHED_KEYS } from '../embedded/data-folder.js';
import { Refusal } from '../kernel/errors.js';
import type { NoteKey } from '../kernel/log/note.js';
import {
  handoversOf,
  type IssuerKey,
  issuerKeyId,
  issuerKeysOf,
  logKeysOf,
  publishedKeysSchema,
  type Revocations,
  revocationsSchema,
} from '../verifier/index.js';
import { readJson } from './input-files.js';

/** Whose word counts, and where that was taken from. */
export interface TrustedIssuers {
  readonly keys: readonly IssuerKey[] | 'embedded';
  /** the log whose proofs count where a receipt brings one */
  readonly log?: readonly NoteKey[];
  /** notes by which keys of the log name their successors */
  readonly handovers?: readonly string[];
  readonly from: 'given' | 'data folder' | 'nobody';
}

const settings = z.looseObject({ receiptKey: z.looseObject({ publicKey: z.string() }) });

/**
 * The keys given; without any, the own one of the local installation; without one, nobody's: then any key passes,
 * and what that is worth must be said.
 * @throws Refusal KEY_INVALID
 */
export function trustedIssuers(
  given: readonly string[],
  options: { readonly dataFolder: string; readonly anyIssuer: boolean; readonly keysFile?: string },
): TrustedIssuers {
  if (options.keysFile !== undefined) {
    const published = publishedKeys(options.keysFile);
    return { ...published, keys: [...published.keys, ...given.map(issuer)], from: 'given' };
  }
  if (given.length > 0) return { keys: given.map(issuer), from: 'given' };
  const kept = join(options.dataFolder, PUBLISHED_KEYS);
  if (!options.anyIssuer && existsSync(kept)) return { ...publishedKeys(kept), from: 'data folder' };
  const file = join(options.dataFolder, 'settings.json');
  if (options.anyIssuer || !existsSync(file)) return { keys: 'embedded', from: 'nobody' };
  const own = settings.safeParse(readJson(file));
  if (!own.success) return { keys: 'embedded', from: 'nobody' };
  return { keys: [issuer(own.data.receiptKey.publicKey)], from: 'data folder' };
}

/** What `/.well-known/quittance-keys.json` answered once. @throws Refusal KEYS_INVALID {file} */
function publishedKeys(
  file: string,
): Pick<TrustedIssuers, 'log' | 'handovers'> & { readonly keys: readonly IssuerKey[] } {
  const read = publishedKeysSchema.safeParse(readJson(file));
  if (!read.success)
    throw new Refusal('KEYS_INVALID', `${file} does not hold the keys of an installation.`, { file });
  const log = logKeysOf(read.data);
  return { keys: issuerKeysOf(read.data), ...(log.length > 0 && { log, handovers: handoversOf(read.data) }) };
}

/** What an issuer took back, as it published it. @throws Refusal REVOCATIONS_INVALID {file} */
export function readRevocations(file: string): Revocations {
  const read = revocationsSchema.safeParse(readJson(file));
  if (read.success) return read.data;
  throw new Refusal('REVOCATIONS_INVALID', `${file} does not hold a list of revocations.`, { file });
}

function issuer(text: string): IssuerKey {
  const publicKey = text.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(publicKey))
    throw new Refusal('KEY_INVALID', 'An issuer key is an Ed25519 public key: 64 hex digits.');
  return { publicKey, keyId: issuerKeyId(publicKey) };
}
