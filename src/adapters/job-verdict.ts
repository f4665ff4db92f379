import { type ErrorRecord, errorRecord, Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';

/** What becomes of a job whose handler threw. */
export type Verdict = { readonly kind: 'give-back' } | { readonly kind: 'bury'; readonly error: ErrorRecord };

/**
 * A terminal error buries at once. Any other gives the job back, until its last delivery. An unknown outcome counts as
 * any other: handlers ask again with the same idempotency key.
 */
export function verdictOn(thrown: unknown, delivery: number): Verdict {
  const error = errorRecord(thrown, 'JOB_FAILED');
  const last = delivery >= LIMITS.jobDeliveries;
  return error.kind === 'terminal' || last ? { kind: 'bury', error } : { kind: 'give-back' };
}

/** Its workers died without a word, delivery after delivery. */
export const isExhausted = (delivery: number): boolean => delivery > LIMITS.jobDeliveries;

export const exhausted = (delivery: number): ErrorRecord =>
  errorRecord(
    new Refusal(
      'JOB_DELIVERIES_EXHAUSTED',
      `The job was delivered ${delivery - 1} times and never finished.`,
      { deliveries: delivery - 1 },
    ),
    '',
  );
