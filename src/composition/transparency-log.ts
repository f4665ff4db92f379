import type { Config } from '../config.js';
import { type LogSigner, logSeedFrom, logSigner } from '../transparency/log-signer.js';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** The log of this installation. */
export function transparencyLog({
  RECEIPT_SIGNING_SEED,
  LOG_SIGNING_SEED,
  LOG_FORMER_SEEDS,
  LOG_ORIGIN,
}: Pick<Config, 'RECEIPT_SIGNING_SEED' | 'LOG_SIGNING_SEED' | 'LOG_FORMER_SEEDS' | 'LOG_ORIGIN'>): LogSigner {
  const derived = () => logSeedFrom(bytesOf(RECEIPT_SIGNING_SEED));
  const seed = LOG_SIGNING_SEED ? bytesOf(LOG_SIGNING_SEED) : derived();
  const former = LOG_FORMER_SEEDS.map((each) => (each === DERIVED ? derived() : bytesOf(each)));
  return logSigner(seed, LOG_ORIGIN, former);
}

/** Stands for the key that a log has where none is set. */
export const DERIVED = 'derived';
