import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../kernel/errors.js';
import { type IssuerKey, issuerKeyId } from '../verifier/index.js';
import { readJson } from './input-files.js';

/** Whose word counts, and where that was taken from. */
export interface TrustedIssuers {
  readonly keys: readonly IssuerKey[] | 'embedded';
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
  options: { readonly dataFolder: string; readonly anyIssuer: boolean },
): TrustedIssuers {
  if (given.length > 0) return { keys: given.map(issuer), from: 'given' };
  const file = join(options.dataFolder, 'settings.json');
  if (options.anyIssuer || !existsSync(file)) return { keys: 'embedded', from: 'nobody' };
  const own = settings.safeParse(readJson(file));
  if (!own.success) return { keys: 'embedded', from: 'nobody' };
  return { keys: [issuer(own.data.receiptKey.publicKey)], from: 'data folder' };
}

function issuer(text: string): IssuerKey {
  const publicKey = text.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(publicKey))
    throw new Refusal('KEY_INVALID', 'An issuer key is an Ed25519 public key: 64 hex digits.');
  return { publicKey, keyId: issuerKeyId(publicKey) };
}
