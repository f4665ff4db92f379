import { backoffMs, type RetryPolicy } from '../../kernel/backoff.js';
import { plusMs } from '../../kernel/time.js';

interface FailedAttempt {
  readonly at: string;
  readonly notBefore?: string;
  readonly random: number;
}

/**
 * When an attempt is made again: after its backoff, which begins once it is of use. So those that a service is left
 * alone for do not all come back in the same instant.
 * @param tried attempts of this round, from 1
 */
export const retryTime = (
  { at, notBefore = at, random }: FailedAttempt,
  retry: RetryPolicy,
  tried: number,
): string => plusMs(notBefore > at ? notBefore : at, backoffMs(retry, tried, random));
