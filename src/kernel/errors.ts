import { isoTime } from './time.js';

/**
 * One error type for every refusal. `code` is a literal that programs match on, `message` is a sentence for a
 * person, `figures` are the numbers and names that person needs to act.
 *
 * `kind` tells what a caller may conclude:
 * - `terminal`: asking again changes nothing;
 * - `retryable`: nothing happened, asking again may succeed;
 * - `unknown`: the outcome of an effect could not be observed. Never treated as failed.
 */
export type ErrorKind = 'terminal' | 'retryable' | 'unknown';

export type Figures = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: string,
    message: string,
    readonly figures: Figures = {},
    readonly kind: ErrorKind = 'terminal',
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const isRefusal = (error: unknown, code?: string): error is Refusal =>
  error instanceof Refusal && (code === undefined || error.code === code);

/** What an event may say about an error: never a stack, never content. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly kind: ErrorKind;
}

/** Reduces any thrown value to what may be recorded. An unexpected error says no more than its class. */
export function errorRecord(error: unknown, fallbackCode: string): ErrorRecord {
  if (error instanceof Refusal) return { code: error.code, message: error.message, kind: error.kind };
  const name = error instanceof Error ? error.name : typeof error;
  return { code: fallbackCode, message: `An unexpected ${name} stopped this.`, kind: 'retryable' };
}

/**
 * When asking again may be of use, as who refused says: `notBefore` (ISO) or `retryAfterMs` among the figures.
 * @param now ms since the epoch @returns nothing when nobody said
 */
export function notBefore(error: unknown, now: number): { readonly notBefore?: string } {
  if (!(error instanceof Refusal)) return {};
  const { notBefore, retryAfterMs } = error.figures;
  if (typeof notBefore === 'string') return { notBefore };
  return typeof retryAfterMs === 'number' ? { notBefore: isoTime(now + retryAfterMs) } : {};
}

/** Makes a missing case of a union a compile error, and a loud one at run time. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
