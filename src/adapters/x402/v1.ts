import { PaymentRequiredV1Schema } from '@x402/core/schemas';
import { V1_TO_V2_NETWORK_MAP } from '@x402/svm';
import { toBase64Json } from './base64-json.js';
import { badOutput, type Dialect } from './dialect.js';

/** bytes of a 402 answer that are read as terms */
const BODY_BYTES = 64 * 1024;

/** x402 version 1: terms in the body, X-PAYMENT and X-PAYMENT-RESPONSE, networks by name. */
export const v1: Dialect = {
  name: 'x402-v1',
  paymentHeader: 'x-payment',
  receiptHeader: 'x-payment-response',

  read({ body }) {
    const value = parse(body);
    if (value === undefined || (value as { x402Version?: unknown }).x402Version !== 1) return undefined;
    const required = PaymentRequiredV1Schema.safeParse(value);
    if (!required.success) throw badOutput('its body is not x402 version 1');
    const offers = required.data.accepts.map((requirement) => ({
      ...requirement,
      network: caip2Of(requirement.network),
      amount: requirement.maxAmountRequired,
      extra: requirement.extra ?? {},
      requirement,
    }));
    return { dialect: 'x402-v1', offers };
  },

  encode(transaction, { requirement }) {
    const { scheme, network } = requirement as { scheme: string; network: string };
    return toBase64Json({ x402Version: 1, scheme, network, payload: { transaction } });
  },
};

/** Names that are none of Solana's stay as they are, and are refused as such. */
const caip2Of = (name: string): string =>
  Object.hasOwn(V1_TO_V2_NETWORK_MAP, name) ? V1_TO_V2_NETWORK_MAP[name]! : `v1:${name}`;

function parse(body: Uint8Array): object | undefined {
  if (body.length > BODY_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
