import { jsonHash } from '../kernel/commitments/json-hash.js';
import type { ReceiptProof } from './document.js';

/**
 * What a proof is counted by. Its bytes are no identity: anybody turns (A, B, C) into (−A, −B, C), which proves
 * the same. The key and the public signals are.
 */
export const receiptIdentity = ({
  vkeyHash,
  publicSignals,
}: Pick<ReceiptProof, 'vkeyHash' | 'publicSignals'>) => jsonHash([vkeyHash, publicSignals]);
