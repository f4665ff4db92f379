import type pg from 'pg';
import type { DomainEvent, NewEvent, Position, Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type {
  Appended,
  EventFilter,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadOptions,
  Subscription,
} from '../../ports/event-store.js';
import { assertAppend } from '../expected-revision.js';
import { AppendWriter } from './append-writer.js';
import { reading } from './connection-loss.js';
import {
  type EventPage,
  headOfAll,
  type LogRow,
  numberOf,
  type PageQuery,
  pageBackwards,
  pageOfAll,
  positionOf,
} from './event-rows.js';
import { EVENT_SCHEMA } from './event-schema.js';
import { LiveEvents } from './live-events.js';
import { migrate } from './migrations.js';
import { openPool } from './pool.js';
import { StreamReads } from './stream-reads.js';

/** Connections that read: many streams share a question, and a start would open as many as it may. */
const READERS = 4;

/** The event store on Postgres, in its own schema `quittance_events`. Several processes may write at once. */
export class PostgresEventStore implements EventStore {
  private readonly writer: AppendWriter;
  private readonly live: LiveEvents;
  private readonly streams: StreamReads;

  private constructor(
    private readonly pool: pg.Pool,
    url: string,
  ) {
    this.live = new LiveEvents(
      url,
      (after, limit, filter) => this.page(pageOfAll(after, limit, filter)),
      async () => numberOf(await this.head()),
      (processId) => processId === this.writer.processId,
    );
    this.streams = new StreamReads(
      async (query) => (await reading(() => pool.query<LogRow & { nth: string }>(query))).rows,
    );
    this.writer = new AppendWriter(url, (events) => this.live.offer(events));
  }

  /** Makes or brings up the schema. @throws Refusal DATA_TOO_NEW */
  static async open(url: string): Promise<PostgresEventStore> {
    const pool = openPool(byIndex(url), 'events', READERS);
    try {
      await migrate(pool, EVENT_SCHEMA);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new PostgresEventStore(pool, url);
  }

  async append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    assertAppend(stream, events, expected);
    return this.writer.append(stream, events, expected);
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<Recorded> {
    const { backwards = false, limit = Number.POSITIVE_INFINITY } = options;
    let from = options.from ?? (backwards ? HIGHEST_REVISION : 0);
    for (let left = limit; left > 0; ) {
      const size = Math.min(left, LIMITS.subscriptionBatch);
      const { events, isLast } = backwards
        ? await this.page(pageBackwards(stream, from, size))
        : await this.streams.page({ stream, from, limit: size });
      yield* events.slice(0, left);
      if (isLast) return;
      left -= events.length;
      from = events.at(-1)!.revision + (backwards ? -1 : 1);
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<Recorded> {
    let after = options.after ? numberOf(options.after) : 0;
    for (let left = options.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
      const size = Math.min(left, LIMITS.subscriptionBatch);
      const { events, through, isLast } = await this.page(pageOfAll(after, size, options.filter));
      yield* events.slice(0, left);
      if (isLast) return;
      left -= events.length;
      after = through;
    }
  }

  subscribe(options: { readonly after?: Position; readonly filter?: EventFilter } = {}): Subscription {
    return this.live.subscribe(options.after ?? positionOf(0), options.filter);
  }

  async head(): Promise<Position> {
    const { rows } = await reading(() => this.pool.query<{ position: string }>(headOfAll));
    return positionOf(rows[0]!.position);
  }

  async close(): Promise<void> {
    await this.writer.close();
    await this.live.close();
    if (!this.pool.ended) await this.pool.end();
  }

  private async page({ query, page }: PageQuery): Promise<EventPage> {
    return page((await reading(() => this.pool.query<LogRow>(query))).rows);
  }
}

/** A connection keeps its plans, and may have made them when the log was so short that to read all of it was cheapest. */
function byIndex(url: string): string {
  const target = new URL(url);
  target.searchParams.set('options', '-c enable_seqscan=off');
  return target.toString();
}

const HIGHEST_REVISION = 2 ** 31 - 1;
