import Anthropic from '@anthropic-ai/sdk';
import { Refusal } from '../../kernel/errors.js';

const failure = (message: string, kind: 'terminal' | 'retryable', cause: unknown, status?: number): Refusal =>
  new Refusal('PLANNER_ERROR', message, status === undefined ? {} : { status }, kind, { cause });

/** What a failed call to the model means: asking again helps after a limit or a fault, not after a wrong key. */
export function failureOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof Anthropic.APIConnectionTimeoutError)
    return failure('The planning model did not answer in time.', 'retryable', error);
  if (error instanceof Anthropic.APIConnectionError)
    return failure('The planning model could not be reached.', 'retryable', error);
  if (!(error instanceof Anthropic.APIError) || error.status === undefined)
    return failure('The planning model gave an answer that cannot be read.', 'retryable', error);
  const { status } = error;
  if (status === 401 || status === 403)
    return failure('The planning model refuses the API key.', 'terminal', error, status);
  if (status === 408 || status === 409 || status === 429 || status >= 500)
    return failure('The planning model is busy.', 'retryable', error, status);
  return failure('The planning model refuses the call.', 'terminal', error, status);
}
