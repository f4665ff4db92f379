import type { IncomingAnswer } from '../http/guarded-client.js';
import { fromBase64Json } from './base64-json.js';
import { type Asked, badOutput, type Dialect } from './dialect.js';
import { v1 } from './v1.js';
import { v2 } from './v2.js';

/** In the order in which they are looked for: where a service speaks both, the newer one counts. */
const DIALECTS: readonly Dialect[] = [v2, v1];

/** What a 402 answer asks, in whichever version it asks. @throws Refusal SERVICE_BAD_OUTPUT */
export function readAsked(answer: Pick<IncomingAnswer, 'header' | 'body'>): Asked {
  for (const dialect of DIALECTS) {
    const asked = dialect.read(answer);
    if (asked) return asked;
  }
  throw badOutput('neither a PAYMENT-REQUIRED header nor a body of x402 version 1');
}

export const dialectNamed = (name: Dialect['name']): Dialect => (name === 'x402-v1' ? v1 : v2);

/** Signed bytes say of themselves how they travel, so that their record needs no word about it. */
export const dialectOfPayment = (header: string): Dialect => {
  const payload = fromBase64Json(header) as { x402Version?: unknown } | undefined;
  return payload?.x402Version === 1 ? v1 : v2;
};

/**
 * Where the service says it settled. Anything at all may stand here: it is a hint where to look on the chain.
 * @returns undefined where nothing of the kind stands
 */
export function claimedSignature(answer: Pick<IncomingAnswer, 'header'>): string | undefined {
  const { success, transaction } = settlementOf(answer);
  return success === true && typeof transaction === 'string' ? transaction.slice(0, 100) : undefined;
}

/** What the service signed of it, by the extension `offer-receipt`; whether it holds is seen elsewhere. */
export function serviceReceipt(answer: Pick<IncomingAnswer, 'header'>): string | undefined {
  const { extensions } = settlementOf(answer) as {
    readonly extensions?: { readonly [OFFER_RECEIPT]?: { readonly info?: { readonly receipt?: unknown } } };
  };
  const receipt = extensions?.[OFFER_RECEIPT]?.info?.receipt as
    | { readonly format?: unknown; readonly signature?: unknown }
    | undefined;
  if (receipt?.format !== 'jws' || typeof receipt.signature !== 'string') return undefined;
  return receipt.signature.length <= RECEIPT_CHARS ? receipt.signature : undefined;
}

const OFFER_RECEIPT = 'offer-receipt';
const RECEIPT_CHARS = 2_000;

function settlementOf(answer: Pick<IncomingAnswer, 'header'>): Readonly<Record<string, unknown>> {
  for (const { receiptHeader } of DIALECTS) {
    const header = answer.header(receiptHeader);
    const settlement = header === null ? undefined : fromBase64Json(header);
    if (typeof settlement === 'object' && settlement !== null) return settlement as Record<string, unknown>;
  }
  return {};
}
