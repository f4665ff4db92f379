import type { Refusal } from '../../kernel/errors.js';

/** domain.md 14, and the codes of aggregates that reach a client. */
const STATUSES: Readonly<Record<string, number>> = {
  VALIDATION_FAILED: 400,
  EXPRESSION_INVALID: 400,
  UNAUTHENTICATED: 401,
  INSUFFICIENT_ESCROW: 402,
  INSUFFICIENT_EARNINGS: 402,
  MANDATE_LIMIT: 402,
  FORBIDDEN: 403,
  MANDATE_RECIPIENT: 403,
  WALLET_NOT_LINKED: 403,
  WALLET_SIGNATURE_INVALID: 403,
  NOT_FOUND: 404,
  SIGNAL_UNKNOWN: 404,
  NOT_IN_LOG: 404,
  WRONG_STATE: 409,
  PLAN_CHANGED: 409,
  SIGNATURE_USED: 409,
  NONCE_USED: 409,
  MANDATE_USED: 409,
  MANDATE_REVOKED: 409,
  CONCURRENT_UPDATE: 409,
  RECEIPT_NOT_READY: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  IN_FLIGHT: 409,
  APPROVAL_EXPIRED: 410,
  MANDATE_EXPIRED: 410,
  KEY_DESTROYED: 410,
  PRECONDITION_FAILED: 412,
  TOO_LARGE: 413,
  TIME_LIMIT: 413,
  MEMORY_LIMIT: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  MANDATE_MESSAGE_INVALID: 422,
  MANDATE_MESSAGE_EXPIRED: 422,
  RATE_LIMITED: 429,
  DEPENDENCY_DOWN: 503,
  OVERLOADED: 503,
};

/** A refusal without a status of its own is about the state of something: asking again later may go otherwise. */
export const statusOf = ({ code, kind }: Refusal): number =>
  STATUSES[code] ?? (kind === 'terminal' ? 409 : 503);
