import { basename } from 'node:path';
import { isRefusal } from '../kernel/errors.js';
import type { Recorded } from '../kernel/event.js';
import type { Announcement } from '../ports/live.js';
import { type Transaction, Unwritten } from '../ports/sql.js';
import type { Memory } from '../projections/memory.js';
import type { Projection } from '../projections/projection.js';

/** A read model cannot take these events, however often they come. */
export class Untaken extends Error {
  override readonly name = 'Untaken';

  constructor(override readonly cause: unknown) {
    super('a read model cannot take these events');
  }
}

/** @throws Untaken, or what is retryable: then the same events may be taken at another time */
export async function take(
  projection: Projection,
  events: readonly Recorded[],
  sql: Transaction,
  memory: Memory,
): Promise<readonly Announcement[]> {
  try {
    return await projection.project(events, sql, memory);
  } catch (error) {
    const reason = untaken(error);
    throw reason instanceof Untaken || (isRefusal(error) && error.kind !== 'terminal')
      ? reason
      : new Untaken(error);
  }
}

/** What was sent and not waited for fails with the transaction, after the events were taken. */
export const untaken = (error: unknown): unknown =>
  error instanceof Unwritten ? new Untaken(error.cause) : error;

/** Why, in codes and names. The text of an error is left out: databases and programs quote in it what they were given. */
export function reasonOf({ cause }: Untaken): { readonly code: string; readonly detail: string } {
  if (isRefusal(cause)) return { code: cause.code, detail: placeOf(cause) };
  if (!(cause instanceof Error)) return { code: 'UNEXPECTED', detail: '' };
  const { code, table, column, constraint, routine } = cause as Error & Partial<Record<string, unknown>>;
  if (typeof code !== 'string' || !SQLSTATE.test(code)) return { code: cause.name, detail: placeOf(cause) };
  const named = Object.entries({ table, column, constraint, routine }).filter(([, name]) => name);
  return { code, detail: short(named.map(([what, name]) => `${what} ${String(name)}`).join(', ')) };
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
const DETAIL_CHARS = 200;

const short = (text: string): string => text.slice(0, DETAIL_CHARS);

/** Where in our own code it was thrown: `evolveView (view.ts:120)`. */
function placeOf({ stack = '' }: Error): string {
  const [, name = '', file = '', line = ''] = FRAME.exec(stack) ?? [];
  return file && short(`${name}(${basename(file)}:${line})`);
}

const FRAME = /\n\s+at (?:async )?([^\n(]*?)\(?(?:file:\/\/)?([^\s()]+?):(\d+):\d+\)?(?=\n|$)/;
