import { createHmac } from 'node:crypto';
import { createKeyPairSignerFromPrivateKeyBytes, type KeyPairSigner } from '@solana/kit';

/**
 * The key that may spend what a user's wallet has approved for it on the chain. Each user has one of their own, derived
 * and stored nowhere: what one wallet approves, no other user can have spent.
 */
export const delegateKeys =
  (seed: Uint8Array) =>
  (userId: string): Promise<KeyPairSigner> =>
    createKeyPairSignerFromPrivateKeyBytes(
      new Uint8Array(createHmac('sha256', seed).update(`delegate of ${userId}`).digest()),
    );
