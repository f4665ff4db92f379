import { isRefusal } from '../kernel/errors.js';

/** The service did not serve: it gave no answer, an unusable one, or none for its money. */
const ITS_OWN: ReadonlySet<string> = new Set([
  'SERVICE_TIMEOUT',
  'SERVICE_UNREACHABLE',
  'SERVICE_NO_ANSWER',
  'SERVICE_BAD_OUTPUT',
  'PAYMENT_UNDELIVERED',
  'ANSWER_TOO_LARGE',
  'REDIRECT_REFUSED',
]);

/**
 * Whether a failed call speaks against the service. Input it refuses, a price it changed, a busy answer (429), our
 * own payment and our own store do not.
 */
export function isTheServices(error: unknown): boolean {
  if (!isRefusal(error)) return false;
  if (error.code !== 'SERVICE_ERROR') return ITS_OWN.has(error.code);
  const { status } = error.figures;
  return typeof status !== 'number' || status >= 500 || status === 408;
}
