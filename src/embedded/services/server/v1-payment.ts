import { PaymentPayloadV1Schema } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements, SettleResponse } from '@x402/core/types';
import { V1_TO_V2_NETWORK_MAP } from '@x402/svm';
import { toBase64Json } from '../../../adapters/x402/base64-json.js';

/** The name that version 1 has for a network. */
const nameOf = (caip2: string): string | undefined =>
  Object.entries(V1_TO_V2_NETWORK_MAP).find(([, network]) => network === caip2)?.[0];

/** What a call costs, as the body of a 402 answer has it for clients of version 1. */
export function askInV1(ask: PaymentRequirements, url: string, description: string): object | undefined {
  const network = nameOf(ask.network);
  if (network === undefined) return undefined;
  const { amount, ...rest } = ask;
  const more = { resource: url, description, mimeType: 'application/json', outputSchema: null };
  return { ...rest, network, maxAmountRequired: amount, ...more };
}

/**
 * A payment of version 1 in the shape of version 2, but for the terms it was made for: version 1 does not repeat them.
 * @returns undefined for what is none
 */
export function readV1(value: unknown): PaymentPayload | undefined {
  const read = PaymentPayloadV1Schema.safeParse(value);
  if (!read.success) return undefined;
  const { scheme, network, payload } = read.data;
  if (!Object.hasOwn(V1_TO_V2_NETWORK_MAP, network)) return undefined;
  const accepted = { scheme, network: V1_TO_V2_NETWORK_MAP[network] };
  return { x402Version: 2, payload, accepted } as unknown as PaymentPayload;
}

/** X-PAYMENT-RESPONSE */
export const receiptInV1 = (receipt: SettleResponse): string =>
  toBase64Json({ ...receipt, network: nameOf(receipt.network) ?? receipt.network });
