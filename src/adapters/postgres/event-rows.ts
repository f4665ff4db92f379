import type pg from 'pg';
import type { DomainEvent, EventMetadata, Position, Recorded } from '../../kernel/event.js';
import type { EventFilter } from '../../ports/event-store.js';
import { filterTest } from '../event-filter.js';
import { MOST_EVENTS } from './append-rows.js';

/** Integers up to 2^53 have 16 digits. */
export const positionOf = (n: number | string): Position => String(n).padStart(16, '0') as Position;
export const numberOf = (position: Position): number => Number(position);

/** What one append brought, or a part of it: position and revision are those of its last event. */
export interface LogRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly size: number;
  readonly ids: string;
  readonly data: string;
  readonly metadata: string;
}

export interface EventPage {
  /** in the order asked for, and perhaps more than were asked for: rows are read whole */
  readonly events: readonly Recorded[];
  /** position up to which everything was looked at; 0 where there was nothing */
  readonly through: number;
  /** whether nothing came after it when it was read */
  readonly isLast: boolean;
}

/** The events of a row, the first first. */
export function recordedOf(row: LogRow): Recorded[] {
  const { stream, size } = row;
  const ids = row.ids.split('\n');
  // each line is JSON, and so is a list of them
  const data = JSON.parse(`[${row.data.replaceAll('\n', ',')}]`) as DomainEvent[];
  const [revision, position] = [row.revision - size + 1, Number(row.position) - size + 1];
  let metadata: EventMetadata | undefined;
  return row.metadata.split('\n').map((line, nth) => {
    if (line !== '') metadata = JSON.parse(line) as EventMetadata;
    return {
      id: ids[nth]!,
      event: data[nth]!,
      metadata: metadata!,
      stream,
      revision: revision + nth,
      position: positionOf(position + nth),
    };
  });
}

/** A query for rows, and what its answer means. */
export interface PageQuery {
  readonly query: pg.QueryConfig;
  page(rows: readonly LogRow[]): EventPage;
}

const COLUMNS = 'SELECT position, stream, revision, size, ids, data, metadata FROM quittance_events.log';

const pageOf = (rows: readonly LogRow[], isWanted: (event: Recorded) => boolean) => ({
  events: rows.flatMap(recordedOf).filter(isWanted),
  through: rows.length === 0 ? 0 : Number(rows.at(-1)!.position),
});

/** Where a reader of a stream is, and how many events it wants at least, if there are as many. */
export interface StreamRead {
  readonly stream: string;
  readonly from: number;
  readonly limit: number;
}

/**
 * Rows of each read in their order; which read it is stands in `nth`, from 1. Revisions have no gaps: so many events are
 * in the rows that end within as many, and one row more.
 */
export const pagesForwards = (reads: readonly StreamRead[]): pg.QueryConfig => ({
  name: 'events-forwards',
  text: `SELECT r.nth, l.position, l.stream, l.revision, l.size, l.ids, l.data, l.metadata
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r (stream, "from", until, nth)
    CROSS JOIN LATERAL (
      SELECT * FROM quittance_events.log
      WHERE log.stream = r.stream AND revision >= r."from" AND revision < r.until ORDER BY revision
    ) l`,
  values: [
    reads.map(({ stream }) => stream),
    reads.map(({ from }) => from),
    reads.map(({ from, limit }) => from + limit + MOST_EVENTS),
  ],
});

export function pageForwards(rows: readonly LogRow[], { from, limit }: StreamRead): EventPage {
  const page = pageOf(rows, ({ revision }) => revision >= from);
  return { ...page, isLast: page.events.length < limit };
}

export const pageBackwards = (stream: string, from: number, limit: number): PageQuery => {
  const most = rowsFor(limit);
  return {
    query: {
      name: 'events-backwards',
      text: `${COLUMNS} WHERE stream = $1 AND revision < $2::bigint AND revision - size < $3 ORDER BY revision DESC LIMIT $4`,
      values: [stream, from + MOST_EVENTS, from, most],
    },
    page: (rows) => {
      const { events, through } = pageOf(rows.toReversed(), ({ revision }) => revision <= from);
      return { events: events.toReversed(), through, isLast: rows.length < most };
    },
  };
};

/** Positions have no gaps either. Where only some are wanted, rows are counted. */
export const pageOfAll = (after: number, limit: number, filter: EventFilter = {}): PageQuery => {
  const { types, categories } = filter;
  const isNew = ({ position }: Recorded) => numberOf(position) > after;
  if (!types && !categories)
    return {
      query: {
        name: 'events-all',
        text: `${COLUMNS} WHERE position > $1 AND position <= $2 ORDER BY position`,
        values: [after, after + limit + MOST_EVENTS],
      },
      page: (rows) => {
        const page = pageOf(rows, isNew);
        return { ...page, isLast: page.events.length < limit };
      },
    };
  const most = rowsFor(limit);
  const wanted = filterTest(filter);
  return {
    query: {
      name: 'events-some',
      // absent filters are null, so that one prepared statement serves them all
      text: `${COLUMNS} WHERE position > $1
        AND ($3::text[] IS NULL OR string_to_array(types, E'\\n') && $3)
        AND ($4::text[] IS NULL OR split_part(stream, '-', 1) = ANY ($4))
        ORDER BY position LIMIT $2`,
      values: [after, most, types ?? null, categories ?? null],
    },
    page: (rows) => ({
      ...pageOf(rows, (event) => isNew(event) && wanted(event.event.type, event.stream)),
      isLast: rows.length < most,
    }),
  };
};

/** Rows that hold about so many events. */
const rowsFor = (events: number): number => Math.ceil(events / 8);

export const headOfAll: pg.QueryConfig = {
  name: 'events-head',
  text: 'SELECT coalesce(max(position), 0) AS position FROM quittance_events.log',
};

/** Rows with so many events from one on that begins something; none where no such event stands. */
export const standingFrom = (id: string, events: number): pg.QueryConfig => ({
  name: 'events-standing',
  text: `${COLUMNS} WHERE position >= (SELECT b.position FROM quittance_events.beginnings b WHERE b.id = $1::uuid)
    AND position < (SELECT b.position FROM quittance_events.beginnings b WHERE b.id = $1::uuid) + $2 ORDER BY position`,
  values: [id, events + MOST_EVENTS],
});
