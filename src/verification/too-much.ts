import { isRefusal, type Refusal } from '../kernel/errors.js';
import type { GivenVerdict } from './question.js';

/** Whether a verification was ended for the time or memory it took. */
export const tookTooMuch = (error: unknown): error is Refusal =>
  isRefusal(error, 'TIME_LIMIT') || isRefusal(error, 'MEMORY_LIMIT');

/** What nobody could finish checking is not valid. */
export const tooMuch = ({ message: reason }: Refusal): GivenVerdict => ({
  valid: false,
  checks: [{ name: 'limits', required: true, passed: false, reason }],
});
