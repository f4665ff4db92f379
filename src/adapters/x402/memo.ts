import { createHash, randomBytes } from 'node:crypto';

/** What a payment is for: the method and URL that the plan fixed. */
export interface PaidResource {
  readonly method: string;
  readonly url: string;
}

const FORMAT = /^qt1\.[\w-]{22}\.[\w-]{22}\.[\w-]{16}$/;

const digest = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

const paymentPart = (paymentId: string): string => digest(`payment ${paymentId}`);
const resourcePart = ({ method, url }: PaidResource): string => digest(`${method} ${new URL(url).href}`);

/**
 * The memo of one attempt at one payment: `qt1.<payment>.<resource>.<attempt>`. Payment and resource are hashed, so
 * the public chain tells nothing about them, yet whoever knows them can check. The last part is random: no two
 * attempts are the same transaction.
 */
export const makeMemo = (paymentId: string, resource: PaidResource): string =>
  `qt1.${paymentPart(paymentId)}.${resourcePart(resource)}.${randomBytes(12).toString('base64url')}`;

export const isOurMemo = (memo: string): boolean => FORMAT.test(memo);

export const memoBindsPayment = (memo: string, paymentId: string): boolean =>
  isOurMemo(memo) && memo.split('.')[1] === paymentPart(paymentId);

/** For a paid service: a payment made for one route must not buy another of the same price. */
export const memoBindsResource = (memo: string, resource: PaidResource): boolean =>
  isOurMemo(memo) && memo.split('.')[2] === resourcePart(resource);

/** bytes, as the scheme has it */
const PRESCRIBED_BYTES = 256;
/** What transfers of ours say, and those that come to us: no service is to have us say it. */
const OURS = /^(qt1\.|quittance|refund:)/i;

/**
 * A service may prescribe the memo of a payment, an invoice number say.
 * @returns why it is not said, or undefined
 */
export function wrongMemo(memo: unknown): string | undefined {
  if (memo === undefined) return undefined;
  if (typeof memo !== 'string') return 'memo is no text';
  if (!memo.isWellFormed() || /\p{Cc}/u.test(memo)) return 'memo is not plain text';
  if (Buffer.byteLength(memo) > PRESCRIBED_BYTES) return `memo is longer than ${PRESCRIBED_BYTES} bytes`;
  return OURS.test(memo) ? 'memo is one of ours' : undefined;
}
