import { Refusal } from '../kernel/errors.js';

/** Says in a refusal of an input whose input it is. */
export function ofStep<T>(step: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `The input of step ${step}: ${error.message}`, { step, ...error.figures });
  }
}
