import { createHash } from 'node:crypto';
import { Refusal } from '../kernel/errors.js';

export const artifactNotFound = (sha256: string): Refusal =>
  new Refusal('NOT_FOUND', 'There is no artifact of this address.', { sha256 });

/** @throws Refusal ARTIFACT_CORRUPT when `bytes` do not hash to `sha256` */
export function requireIntact(sha256: string, bytes: Uint8Array): Uint8Array {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual === sha256) return bytes;
  throw new Refusal('ARTIFACT_CORRUPT', 'The stored bytes are not those of this address.', {
    sha256,
    actual,
  });
}
