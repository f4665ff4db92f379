import type { Config } from '../config.js';
import { type LogSigner, logSeedFrom, logSigner } from '../transparency/log-signer.js';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** The log of this installation. */
export const transparencyLog = ({
  RECEIPT_SIGNING_SEED,
  LOG_SIGNING_SEED,
  LOG_ORIGIN,
}: Pick<Config, 'RECEIPT_SIGNING_SEED' | 'LOG_SIGNING_SEED' | 'LOG_ORIGIN'>): LogSigner =>
  logSigner(
    LOG_SIGNING_SEED ? bytesOf(LOG_SIGNING_SEED) : logSeedFrom(bytesOf(RECEIPT_SIGNING_SEED)),
    LOG_ORIGIN,
  );
