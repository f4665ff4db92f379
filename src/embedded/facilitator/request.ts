import {
  PaymentPayloadV1Schema,
  PaymentPayloadV2Schema,
  PaymentRequirementsV1Schema,
  PaymentRequirementsV2Schema,
} from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { V1_TO_V2_NETWORK_MAP } from '@x402/svm';

/** What is to be verified or settled, in the terms of version 2, whichever version it came in. */
export interface Asked {
  readonly version: 1 | 2;
  readonly payload: PaymentPayload;
  readonly requirements: PaymentRequirements;
  /** as the caller calls it */
  readonly network: string;
}

/** Codes as the specification has them, for what cannot be judged at all. */
export interface Unreadable {
  readonly code: 'invalid_payload' | 'invalid_payment_requirements' | 'invalid_x402_version';
  readonly network: string;
}

/** Reads the body of POST /verify and POST /settle. */
export function readAsked(body: unknown): Asked | Unreadable {
  const { paymentPayload, paymentRequirements } = membersOf(body);
  const network = String(membersOf(paymentRequirements)['network'] ?? '').slice(0, 80);
  switch (membersOf(paymentPayload)['x402Version']) {
    case 2:
      return readV2(paymentPayload, paymentRequirements, network);
    case 1:
      return readV1(paymentPayload, paymentRequirements, network);
    case undefined:
      return { code: 'invalid_payload', network };
    default:
      return { code: 'invalid_x402_version', network };
  }
}

export const isReadable = (read: Asked | Unreadable): read is Asked => 'payload' in read;

function readV2(paymentPayload: unknown, paymentRequirements: unknown, network: string): Asked | Unreadable {
  const payload = PaymentPayloadV2Schema.safeParse(paymentPayload);
  const requirements = PaymentRequirementsV2Schema.safeParse(paymentRequirements);
  if (!payload.success) return { code: 'invalid_payload', network };
  if (!requirements.success || !isAmount(requirements.data.amount))
    return { code: 'invalid_payment_requirements', network };
  return {
    version: 2,
    payload: payload.data as unknown as PaymentPayload,
    requirements: requirements.data as unknown as PaymentRequirements,
    network,
  };
}

/** The signed transaction of version 1 is that of version 2; only what stands around it differs. */
function readV1(paymentPayload: unknown, paymentRequirements: unknown, network: string): Asked | Unreadable {
  const payload = PaymentPayloadV1Schema.safeParse(paymentPayload);
  const requirements = PaymentRequirementsV1Schema.safeParse(paymentRequirements);
  if (!payload.success) return { code: 'invalid_payload', network };
  if (!requirements.success || !isAmount(requirements.data.maxAmountRequired))
    return { code: 'invalid_payment_requirements', network };
  const { scheme, asset, payTo, maxTimeoutSeconds, extra, maxAmountRequired: amount } = requirements.data;
  const asked = {
    scheme,
    network: caip2Of(network),
    asset,
    payTo,
    maxTimeoutSeconds,
    amount,
    extra: extra ?? {},
  };
  const accepted = { ...asked, scheme: payload.data.scheme, network: caip2Of(payload.data.network) };
  return {
    version: 1,
    payload: { x402Version: 2, payload: payload.data.payload, accepted } as unknown as PaymentPayload,
    requirements: asked as unknown as PaymentRequirements,
    network,
  };
}

const isAmount = (text: string): boolean => /^\d{1,20}$/.test(text);

const caip2Of = (name: string): string =>
  Object.hasOwn(V1_TO_V2_NETWORK_MAP, name) ? V1_TO_V2_NETWORK_MAP[name]! : `v1:${name}`;

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
