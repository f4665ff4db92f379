import type { PaymentRequirements } from '@x402/core/types';
import type { ExactSvmScheme } from '@x402/svm/exact/client';
import { Refusal } from '../../kernel/errors.js';
import type { Quote } from '../../ports/payments.js';
import { readTransaction } from '../solana/read-transaction.js';
import { tokenAccountOf } from '../solana/token-account.js';

export interface OwnTerms {
  /** whose tokens are moved */
  readonly payer: string;
  readonly memo: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
}

/**
 * Signs the quoted transfer with our memo and our blockhash, whatever the service suggested for them, and checks that
 * the library did as asked before the bytes are handed on. The transaction is the same in every version of x402.
 * @returns base64
 */
export async function signTransfer(scheme: ExactSvmScheme, quote: Quote, own: OwnTerms): Promise<string> {
  const { network, asset, payTo, amount, maxTimeoutSeconds, feePayer } = quote;
  const requirements: PaymentRequirements = {
    scheme: 'exact',
    network: network as PaymentRequirements['network'],
    asset,
    payTo,
    amount: amount.toString(),
    maxTimeoutSeconds,
    // nothing else of what the service put here reaches the library
    extra: {
      feePayer,
      memo: own.memo,
      recentBlockhash: own.blockhash,
      lastValidBlockHeight: own.lastValidBlockHeight.toString(),
    },
  };
  const { payload } = await scheme.createPaymentPayload(2, requirements);
  const transaction = String(payload['transaction']);
  await assertAsAsked(transaction, quote, own);
  return transaction;
}

/** @throws Refusal PAYMENT_NOT_AS_ASKED */
export async function assertAsAsked(
  wire: string,
  { asset, payTo, amount, feePayer }: Quote,
  own: OwnTerms,
): Promise<void> {
  const { blockhash, memos, transfers, keys } = readTransaction(wire);
  const [source, destination] = await Promise.all([
    tokenAccountOf(own.payer, asset),
    tokenAccountOf(payTo, asset),
  ]);
  const [transfer] = transfers;
  const isAsAsked =
    blockhash === own.blockhash &&
    memos.length === 1 &&
    memos[0] === own.memo &&
    keys[0] === feePayer &&
    transfers.length === 1 &&
    transfer?.source === source &&
    transfer.destination === destination &&
    transfer.mint === asset &&
    transfer.amount === amount;
  if (!isAsAsked)
    throw new Refusal('PAYMENT_NOT_AS_ASKED', 'The signed payment is not the transfer that was asked for.');
}
