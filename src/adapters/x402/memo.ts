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
