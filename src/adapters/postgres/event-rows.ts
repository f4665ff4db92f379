import type pg from 'pg';
import type { DomainEvent, EventMetadata, Position, Recorded } from '../../kernel/event.js';
import type { EventFilter } from '../../ports/event-store.js';

/** Integers up to 2^53 have 16 digits. */
export const positionOf = (n: number | string): Position => String(n).padStart(16, '0') as Position;
export const numberOf = (position: Position): number => Number(position);

export interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly data: DomainEvent;
  readonly metadata: EventMetadata;
}

export const recordedOf = (row: EventRow): Recorded => ({
  id: row.id,
  event: row.data,
  metadata: row.metadata,
  stream: row.stream,
  revision: row.revision,
  position: positionOf(row.position),
});

const COLUMNS = 'SELECT position, stream, revision, id, data, metadata FROM quittance_events.events';

export const pageForwards = (stream: string, from: number, limit: number): pg.QueryConfig => ({
  name: 'events-forwards',
  text: `${COLUMNS} WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT $3`,
  values: [stream, from, limit],
});

export const pageBackwards = (stream: string, from: number, limit: number): pg.QueryConfig => ({
  name: 'events-backwards',
  text: `${COLUMNS} WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC LIMIT $3`,
  values: [stream, from, limit],
});

/** Absent filters are null, so that one prepared statement serves them all. */
export const pageOfAll = (after: number, limit: number, filter: EventFilter = {}): pg.QueryConfig => ({
  name: 'events-all',
  text: `${COLUMNS} WHERE position > $1
    AND ($3::text[] IS NULL OR type = ANY ($3))
    AND ($4::text[] IS NULL OR split_part(stream, '-', 1) = ANY ($4))
    ORDER BY position LIMIT $2`,
  values: [after, limit, filter.types ?? null, filter.categories ?? null],
});

export const headOfAll: pg.QueryConfig = {
  name: 'events-head',
  text: 'SELECT coalesce(max(position), 0) AS position FROM quittance_events.events',
};

export const standingOf = (ids: readonly string[]): pg.QueryConfig => ({
  name: 'events-standing',
  text: 'SELECT id, stream, revision, position FROM quittance_events.events WHERE id = ANY ($1::uuid[])',
  values: [ids],
});
