import type pg from 'pg';
import type { NewEvent } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Appended, ExpectedRevision } from '../../ports/event-store.js';
import type { AppendRows } from './append-rows.js';
import { EXPECT_ANY, EXPECT_NONE, ROWS } from './event-schema.js';

/** An append that waits for its turn, already turned into text. */
export interface WaitingAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  readonly rows: AppendRows;
  answer(appended: Appended): void;
  refuse(error: unknown): void;
}

/**
 * The next batch, oldest first, and what has to wait. A stream occurs once in a batch, because each append is
 * judged against the stream as it stood before; the order within a stream stays.
 */
export function nextBatch(waiting: readonly WaitingAppend[]): {
  readonly batch: WaitingAppend[];
  readonly rest: WaitingAppend[];
} {
  const batch: WaitingAppend[] = [];
  const rest: WaitingAppend[] = [];
  const streams = new Set<string>();
  let bytes = 0;
  for (const append of waiting) {
    const full =
      batch.length >= LIMITS.appendBatch ||
      (bytes > 0 && bytes + append.rows.bytes > LIMITS.appendBatchBytes);
    if (full || streams.has(append.stream)) {
      rest.push(append);
    } else {
      batch.push(append);
      bytes += append.rows.bytes;
    }
    streams.add(append.stream);
  }
  return { batch, rest };
}

const expectation = (expected: ExpectedRevision): number =>
  expected === 'any' ? EXPECT_ANY : expected === 'none' ? EXPECT_NONE : expected;

const lines = (texts: readonly string[]): string => texts.join('\n');

/** The call of quittance_events.append (event-schema.ts) for a batch. */
export function appendStatement(batch: readonly WaitingAppend[]): pg.QueryConfig {
  const parts = batch.map((append) => append.rows);
  const rows = parts.flatMap((its) => its.rows);
  const column = (name: 'ids' | 'types' | 'data' | 'metadata') => rows.map((row) => row[name]).join(ROWS);
  return {
    name: 'events-append',
    text: `SELECT accepted, revision, position FROM quittance_events.append(
      $1::text, $2::int[], $3::int[], $4::text,
      $5::int[], $6::int[], $7::int[], $8::text, $9::text, $10::text, $11::text,
      $12::int[], $13::int[], $14::text)`,
    values: [
      lines(batch.map((append) => append.stream)),
      batch.map((append) => expectation(append.expected)),
      batch.map((append) => append.events.length),
      lines(batch.map((append) => append.events[0]!.id)),
      parts.flatMap((its, index) => its.rows.map(() => index + 1)),
      rows.map(({ through }) => through),
      rows.map(({ size }) => size),
      column('ids'),
      column('types'),
      column('data'),
      column('metadata'),
      parts.flatMap(({ nths }, index) => nths.map(() => index + 1)),
      parts.flatMap(({ nths }) => nths),
      lines(parts.flatMap(({ beginnings }) => beginnings)),
    ],
  };
}
