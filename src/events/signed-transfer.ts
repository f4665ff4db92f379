/** A transaction that was signed and is recorded before it is sent. Storage format. */
import { z } from 'zod';

const height = z.string().regex(/^[0-9]{1,20}$/);

/** What it takes to send the same bytes again, and to know when they can never land any more. */
export const signedTransfer = {
  /** wire form, base64; 1,232 bytes at most */
  transaction: z.string().max(1_700),
  signature: z.string().max(100),
  blockhash: z.string().max(80),
  lastValidBlockHeight: height,
  /** at which it was signed: a history of the chain that begins later cannot say that it never landed */
  slot: height,
} as const;

export const sampleSigned = {
  transaction: 'AQID',
  signature: '6'.repeat(88),
  blockhash: '1'.repeat(32),
  lastValidBlockHeight: '150',
  slot: '7',
} as const;

/** Why signed bytes are of no use any more, and the finalized block height (or slot) that shows it. */
export const endOfAttempt = {
  signature: z.string().max(100),
  /** `expired`: the chain passed their last block without them; `failed`: it ran them, and nothing moved */
  because: z.enum(['expired', 'failed']),
  height,
} as const;

export const chainHeight = height;
