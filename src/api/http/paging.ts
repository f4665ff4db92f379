import { z } from 'zod';
import { LIMITS } from '../../kernel/limits.js';

/** Numbers of a query string. */
export const countParameter = (fallback: number, most: number, least = 1) =>
  z.coerce.number().int().min(least).max(most).default(fallback);

export const limitParameter = countParameter(LIMITS.pageDefault, LIMITS.pageMax);
export const cursorParameter = z.string().max(300).optional();
