import { PaymentRequiredV2Schema } from '@x402/core/schemas';
import { Refusal } from '../../kernel/errors.js';
import type { Quote } from '../../ports/payments.js';
import { fromBase64Json, toBase64Json } from './base64-json.js';
import { badOutput, type Dialect } from './dialect.js';
import type { QuotedResource } from './offer.js';
import { identified } from './payment-identifier.js';

/** Servers take 16 KB of headers in all, and this one is recorded with every payment. */
const HEADER_CHARS = 8_000;

/** x402 version 2: PAYMENT-REQUIRED, PAYMENT-SIGNATURE and PAYMENT-RESPONSE, networks by CAIP-2. */
export const v2: Dialect = {
  name: 'x402-v2',
  paymentHeader: 'payment-signature',
  receiptHeader: 'payment-response',

  read(answer) {
    const header = answer.header('payment-required');
    if (header === null) return undefined;
    const required = PaymentRequiredV2Schema.safeParse(fromBase64Json(header));
    if (!required.success) throw badOutput('PAYMENT-REQUIRED is not x402 version 2');
    const { accepts, resource, extensions } = required.data;
    const offers = accepts.map((requirement) => ({
      ...requirement,
      extra: requirement.extra ?? {},
      resource: resource.url,
      requirement,
    }));
    return { dialect: 'x402-v2', offers, declared: resource, ...(extensions ? { extensions } : {}) };
  },

  encode(transaction, quote, memo) {
    const { declared, extensions } = quote.resource as QuotedResource;
    const ours = identified(extensions, memo);
    const all = { ...extensions, ...ours };
    for (const sent of [all, ours]) {
      const header = headerOf(transaction, quote, declared, sent);
      if (header.length <= HEADER_CHARS) return header;
    }
    throw new Refusal('OFFER_REFUSED', 'What the service wants sent back with a payment is too long.', {
      maximum: HEADER_CHARS,
    });
  },
};

/** Extensions are echoed; those that make the header too long are left out, for no payment depends on them. */
const headerOf = (transaction: string, quote: Quote, resource: unknown, extensions: object): string =>
  toBase64Json({
    x402Version: 2,
    payload: { transaction },
    resource,
    accepted: quote.requirement,
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
  });
