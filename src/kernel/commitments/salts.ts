import { FIELD } from './field.js';
import { hmacSha512Hex } from './sha2.js';

/** bytes of the secret every run has; it is sealed with the user's key wherever it is stored */
export const SECRET_BYTES = 32;

/**
 * A salt anybody with the run's secret can make again, and nobody without it. 512 bits are reduced, so the bias
 * is below 2^-250.
 * @param label what the salt is for, e.g. `output/step_1`
 * @throws RangeError for a secret of another length than {@link SECRET_BYTES}
 */
export function saltFor(secret: Uint8Array, label: string): bigint {
  if (secret.length !== SECRET_BYTES)
    throw new RangeError(`the secret of a run has ${SECRET_BYTES} bytes, not ${secret.length}`);
  return BigInt(`0x${hmacSha512Hex(secret, `salt/${label}`)}`) % FIELD;
}
