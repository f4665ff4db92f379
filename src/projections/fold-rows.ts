import type { DomainEvent, Recorded } from '../kernel/event.js';
import { idOfStream } from '../kernel/ids.js';
import type { Transaction } from '../ports/sql.js';
import type { Table } from './table.js';

/** A row that one stream folds into. */
export interface StreamRow {
  /** of the last event folded into it */
  readonly revision: number;
}

/** The next row after one event; undefined as long as the stream's first event has not been seen. */
export type EvolveRow<Row, E extends DomainEvent> = (
  row: Row | undefined,
  event: E,
  recorded: Recorded<E>,
) => Row | undefined;

/**
 * Folds a batch into one row per stream: loads the rows that are there, evolves them and writes them back as one
 * set. Events a row has already seen are passed over, so that a batch may come again.
 */
export async function foldRows<Row extends StreamRow, E extends DomainEvent>(
  table: Table<Row>,
  key: keyof Row & string,
  events: readonly Recorded[],
  evolve: EvolveRow<Row, E>,
  sql: Transaction,
): Promise<void> {
  const rows = new Map<string, Row>();
  for (const row of await table.where(sql, key, streamsThatGoOn(events))) rows.set(String(row[key]), row);
  const touched = new Set<string>();
  for (const recorded of events as readonly Recorded<E>[]) {
    const id = idOfStream(recorded.stream);
    const row = rows.get(id);
    if (row && row.revision >= recorded.revision) continue;
    const next = evolve(row, recorded.event, recorded);
    if (!next) continue;
    rows.set(id, { ...next, revision: recorded.revision });
    touched.add(id);
  }
  table.upsert(
    sql,
    [...touched].map((id) => rows.get(id)!),
  );
}

/** Ids of streams that began before this batch; of the others there is nothing to load. */
export function streamsThatGoOn(events: readonly Recorded[]): string[] {
  const seen = new Set<string>();
  const goOn = new Set<string>();
  for (const { stream, revision } of events) {
    if (!seen.has(stream) && revision > 0) goOn.add(idOfStream(stream));
    seen.add(stream);
  }
  return [...goOn];
}
