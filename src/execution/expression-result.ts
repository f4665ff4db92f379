import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { EXPRESSION_BOUNDS } from './expression-language.js';

const refuse = (message: string): Refusal => new Refusal('EXPRESSION_FAILED', message);

/** What {@link EXPRESSION_BOUNDS} allows, counted over a whole result. */
interface Left {
  values: number;
  chars: number;
}

const text = (value: string, left: Left): string => {
  left.chars -= value.length;
  if (left.chars < 0) throw tooLarge('characters', EXPRESSION_BOUNDS.stringChars);
  if (!value.isWellFormed()) throw refuse('The expression cut a character in half.');
  return value;
};

export const tooLarge = (of: string, allowed: number): Refusal =>
  new Refusal('EXPRESSION_LIMIT', `The expression makes more ${of} than allowed.`, { limit: of, allowed });

function number(value: number): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw refuse('The expression gives a number that JSON cannot carry exactly.');
  return value === 0 ? 0 : value;
}

function plain(value: unknown, left: Left): Json {
  left.values -= 1;
  if (left.values < 0) throw tooLarge('values', EXPRESSION_BOUNDS.resultValues);
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value, left);
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, left));
  if (typeof value !== 'object' || '_jsonata_function' in value || '_jsonata_lambda' in value)
    throw refuse('The expression gives a function, which is not data.');
  if (Object.hasOwn(value, '__proto__')) throw refuse('No field may be called __proto__.');
  const members: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members[text(key, left)] = plain(member, left);
  }
  return members;
}

/** A copy of what JSONata gave as plain JSON: its arrays carry flags, and nothing found is undefined. */
export function plainResult(value: unknown): Json {
  try {
    return plain(value, { values: EXPRESSION_BOUNDS.resultValues, chars: EXPRESSION_BOUNDS.stringChars });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('nesting', 0);
    throw error;
  }
}
