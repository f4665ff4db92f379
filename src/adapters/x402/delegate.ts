import { createHmac } from 'node:crypto';
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type Instruction,
  type KeyPairSigner,
  partiallySignTransactionMessageWithSigners,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { getTransferCheckedInstruction } from '@solana-program/token';
import type { Quote } from '../../ports/payments.js';
import { tokenAccountOf } from '../solana/token-account.js';
import { assertAsAsked, type OwnTerms } from './signing.js';

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111' as Address;
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;
const USDC_DECIMALS = 6;

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

/**
 * The transfer that x402 `exact` asks for, out of the account of `own.payer`, with its delegate as authority. The order
 * of the instructions is the scheme's.
 * @returns base64
 */
export async function signAsDelegate(delegate: KeyPairSigner, quote: Quote, own: OwnTerms): Promise<string> {
  const { asset, payTo, amount, feePayer } = quote;
  const [source, destination] = await Promise.all([
    tokenAccountOf(own.payer, asset),
    tokenAccountOf(payTo, asset),
  ]);
  const transfer = { source, mint: asset as Address, destination, authority: delegate, amount };
  const instructions: readonly Instruction[] = [
    { programAddress: COMPUTE_BUDGET, accounts: [], data: Uint8Array.of(2, 0x20, 0x4e, 0, 0) },
    { programAddress: COMPUTE_BUDGET, accounts: [], data: Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 0, 0) },
    getTransferCheckedInstruction({ ...transfer, decimals: USDC_DECIMALS }),
    { programAddress: MEMO, accounts: [], data: new TextEncoder().encode(own.memo) },
  ];
  const { lastValidBlockHeight } = own;
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayer(feePayer as Address, message),
    (message) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: own.blockhash as Blockhash, lastValidBlockHeight },
        message,
      ),
    (message) => appendTransactionMessageInstructions(instructions, message),
    (message) => partiallySignTransactionMessageWithSigners(message),
  );
  const wire = getBase64EncodedWireTransaction(signed);
  await assertAsAsked(wire, quote, own);
  return wire;
}
