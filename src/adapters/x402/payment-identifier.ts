import { createHash } from 'node:crypto';

/** The extension by which a service may know a repeated payment without reading its transaction. */
export const PAYMENT_IDENTIFIER = 'payment-identifier';

type Extensions = Readonly<Record<string, unknown>>;

/**
 * The same for every repeat of the same signed bytes, and for nothing else: other bytes under the same id would be a
 * conflict. It tells nothing of what is paid for.
 */
export const paymentIdentifierOf = (memo: string): string =>
  `pay_${createHash('sha256').update(`identifier ${memo}`).digest('base64url').slice(0, 32)}`;

/** @returns the extension with our id, for a service that declares it; nothing for one that does not */
export function identified(declared: Extensions | undefined, memo: string): Extensions {
  const offered = declared?.[PAYMENT_IDENTIFIER];
  if (typeof offered !== 'object' || offered === null) return {};
  const { info } = offered as { info?: unknown };
  const known = typeof info === 'object' && info !== null ? info : {};
  return { [PAYMENT_IDENTIFIER]: { ...offered, info: { ...known, id: paymentIdentifierOf(memo) } } };
}
