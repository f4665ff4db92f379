import { x402Client, x402HTTPClient } from '@x402/core/client';
import type { Network, PaymentPayload, PaymentRequirements } from '@x402/core/types';
import type { ExactSvmScheme } from '@x402/svm/exact/client';
import { Refusal } from '../../kernel/errors.js';
import type { Quote } from '../../ports/payments.js';
import { readTransaction } from '../solana/read-transaction.js';
import type { QuotedResource } from './offer.js';

export interface OwnTerms {
  readonly memo: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
}

/**
 * Signs the quoted payment with our memo and our blockhash, whatever the service suggested for them, and checks
 * that the library did as asked before the bytes are handed on.
 * @returns the PAYMENT-SIGNATURE header
 */
export async function signPayment(scheme: ExactSvmScheme, quote: Quote, own: OwnTerms): Promise<string> {
  const requirement = quote.requirement as PaymentRequirements;
  const { declared, extensions } = quote.resource as QuotedResource;
  const client = new x402Client()
    // The application compares the quote with the approved plan; a second cap here would only be another number.
    .setSpendControls(false)
    .register(quote.network as Network, {
      scheme: 'exact',
      createPaymentPayload: (version, asked) =>
        scheme.createPaymentPayload(version, { ...asked, extra: { ...asked.extra, ...ownExtra(own) } }),
    });
  const payload = await client.createPaymentPayload({
    x402Version: 2,
    resource: declared as PaymentPayload['resource'] & object,
    accepts: [requirement],
    ...(extensions ? { extensions: { ...extensions } } : {}),
  });
  assertOwnTerms(payload, own);
  return new x402HTTPClient(client).encodePaymentSignatureHeader(payload)['PAYMENT-SIGNATURE']!;
}

const ownExtra = (own: OwnTerms) => ({
  memo: own.memo,
  recentBlockhash: own.blockhash,
  lastValidBlockHeight: own.lastValidBlockHeight.toString(),
});

function assertOwnTerms(payload: PaymentPayload, own: OwnTerms): void {
  const { blockhash, memos } = readTransaction(String(payload.payload['transaction']));
  if (blockhash !== own.blockhash || memos.length !== 1 || memos[0] !== own.memo)
    throw new Refusal('PAYMENT_NOT_AS_ASKED', 'The signed payment does not carry our memo and blockhash.');
}
