import { type Figures, Refusal } from '../../../kernel/errors.js';

/** The input was well formed, but this work cannot be done on it. */
export const cannot = (code: string, message: string, figures: Figures = {}): Refusal =>
  new Refusal(code, message, figures);
