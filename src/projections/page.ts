import { Refusal } from '../kernel/errors.js';

/** Where a page ends: the sort key of its last row. Opaque to clients. */
export type Cursor = readonly [string, string];

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

/** @param rows up to `limit + 1`: the one too many says that there is a next page */
export function pageOf<Row>(rows: readonly Row[], limit: number, keyOf: (row: Row) => Cursor): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encode(keyOf(last)) : null };
}

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** @throws Refusal VALIDATION_FAILED for one we did not give out */
export function parseCursor(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string'))
      return value as unknown as Cursor;
  } catch {
    // falls through to the refusal
  }
  throw new Refusal('VALIDATION_FAILED', 'The cursor is not one of a page answered here.');
}
