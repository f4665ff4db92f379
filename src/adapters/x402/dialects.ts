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
  for (const { receiptHeader } of DIALECTS) {
    const header = answer.header(receiptHeader);
    const receipt = header === null ? undefined : fromBase64Json(header);
    const { success, transaction } = (receipt ?? {}) as { success?: unknown; transaction?: unknown };
    if (success === true && typeof transaction === 'string') return transaction.slice(0, 100);
  }
  return undefined;
}
