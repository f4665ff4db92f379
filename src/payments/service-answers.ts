import { createHash } from 'node:crypto';
import { Refusal } from '../kernel/errors.js';
import type { ServiceAnswer } from '../ports/payments.js';

export const delivered = ({ body }: ServiceAnswer) => ({
  type: 'RecordDelivery' as const,
  answerHash: createHash('sha256').update(body).digest('hex'),
});

export const undelivered = (answer: ServiceAnswer | undefined) => ({
  type: 'RecordNonDelivery' as const,
  code: 'PAYMENT_UNDELIVERED',
  message: `The service was paid and ${answer ? `answered ${answer.status}` : 'did not answer'}.`,
});

export const isGood = (answer: ServiceAnswer | undefined): boolean =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

/** The same request will be refused again: the work cannot be done on this input. */
export const isFinal = (status: number): boolean => [400, 404, 405, 410, 413, 415, 422].includes(status);

export function usable(answer: ServiceAnswer): ServiceAnswer {
  if (isGood(answer)) return answer;
  throw isFinal(answer.status) ? refused(answer) : notYet(answer);
}

export const refused = ({ status }: ServiceAnswer): Refusal =>
  new Refusal('SERVICE_REFUSED', `The service cannot do this work: it answered ${status}.`, { status });

export const notYet = (answer: ServiceAnswer | undefined): Refusal =>
  answer && isFinal(answer.status)
    ? refused(answer)
    : new Refusal(
        'SERVICE_ERROR',
        sentenceOf(answer),
        { status: answer?.status ?? null },
        answer ? 'retryable' : 'unknown',
      );

function sentenceOf(answer: ServiceAnswer | undefined): string {
  if (!answer) return 'The service did not answer.';
  return isGood(answer)
    ? 'The service answered without having its payment settled.'
    : `The service answered ${answer.status}.`;
}
