import type { SignedTransfer } from '../../src/commands/escrow/withdrawal-commands.js';

/** Signed bytes that no chain has seen, told from others by `name`. */
export const signedBytes = (name: string, lastValidBlockHeight = 150n): SignedTransfer => ({
  transaction: 'AQID',
  signature: name,
  blockhash: 'HASH',
  lastValidBlockHeight,
  slot: 7n,
});
