import { setTimeout as pause } from 'node:timers/promises';
import {
  ANY,
  type AppendResult,
  type AppendStreamState,
  BACKWARDS,
  END,
  ErrorType,
  excludeSystemEvents,
  FORWARDS,
  type JSONType,
  jsonEvent,
  KurrentDBClient,
  NO_STREAM,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import type { DomainEvent, NewEvent, Position, Recorded } from '../../kernel/event.js';
import { comparePositions } from '../../kernel/event.js';
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
import { filterTest } from '../event-filter.js';
import { assertAppend, conflict, NO_REVISION } from '../expected-revision.js';
import { LogSubscription } from '../log-subscription.js';
import { LiveFeed } from './live-feed.js';
import { BEFORE_ALL, positionOf, serverPositionOf } from './positions.js';
import { recordedOf } from './recorded.js';
import { isPassing, isStoreError, storeRefusal } from './store-errors.js';

const ATTEMPTS = 8;
const ATTEMPT_PAUSE_MS = 250;

/**
 * The event store on EventStoreDB (KurrentDB), version 23.10 or later. The server itself recognises a repeated
 * append by its event ids; with `any` it does so for recent events only.
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly client: KurrentDBClient;
  private readonly subscriptions = new Set<LogSubscription>();

  /** @param url kurrentdb://host:2113?tls=false, or esdb://…; the client's connection string */
  constructor(url: string) {
    // The scheme of the database's old name still works, but the client writes a warning to the console.
    this.client = KurrentDBClient.connectionString(url.replace(/^esdb/, 'kurrentdb'));
  }

  async append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    assertAppend(stream, events, expected);
    const data = events.map(({ id, event, metadata }) =>
      jsonEvent({ id, type: event.type, data: event as JSONType, metadata: { ...metadata } }),
    );
    const result = await this.write(stream, data, expected);
    const position = result.position ? positionOf(result.position) : await this.head();
    return { revision: Number(result.nextExpectedRevision), position };
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<Recorded> {
    const { from, limit = Number.POSITIVE_INFINITY, backwards = false } = options;
    let next = from === undefined ? undefined : BigInt(from);
    for (let left = limit; left > 0; ) {
      const size = Math.min(left, LIMITS.subscriptionBatch);
      const page = await this.page(stream, next, size, backwards);
      yield* page;
      const last = page.at(-1)?.revision;
      if (page.length < size || last === undefined || (backwards && last === 0)) return;
      left -= size;
      next = BigInt(last + (backwards ? -1 : 1));
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<Recorded> {
    const wanted = filterTest(options.filter);
    let after = options.after ?? BEFORE_ALL;
    for (let left = options.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
      const { events, position, atEnd } = await this.pageOfAll(after, options.filter);
      for (const event of events) {
        if (!wanted(event.event.type, event.stream)) continue;
        yield event;
        if (--left === 0) return;
      }
      if (atEnd) return;
      after = position;
    }
  }

  subscribe(options: { readonly after?: Position; readonly filter?: EventFilter } = {}): Subscription {
    const after = options.after ?? BEFORE_ALL;
    const feed = new LiveFeed(this.client, after, filterTest(options.filter), () => subscription.ring());
    const subscription: LogSubscription = new LogSubscription(
      after,
      (from) => feed.take(from),
      (stopped) => {
        feed.stop();
        this.subscriptions.delete(stopped);
      },
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  async head(): Promise<Position> {
    const newest = this.client.readAll({
      direction: BACKWARDS,
      fromPosition: END,
      maxCount: 1,
      filter: excludeSystemEvents(),
    });
    const [resolved] = await collected(newest);
    return resolved?.event ? positionOf(resolved.event.position) : BEFORE_ALL;
  }

  async close(): Promise<void> {
    for (const subscription of [...this.subscriptions]) await subscription.stop();
    await this.client.dispose();
  }

  /** Sent again when the server went away: it recognises what it has already written. */
  private async write(
    stream: string,
    events: ReturnType<typeof jsonEvent>[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.client.appendToStream(stream, events, { streamState: stateOf(expected) });
      } catch (error) {
        if (error instanceof WrongExpectedVersionError)
          throw conflict(stream, expected, revisionOf(error.actualState));
        if (!isPassing(error) || attempt === ATTEMPTS) throw storeRefusal(error, 'unknown');
        await pause(ATTEMPT_PAUSE_MS);
      }
  }

  private async page(
    stream: string,
    from: bigint | undefined,
    maxCount: number,
    backwards: boolean,
  ): Promise<readonly Recorded[]> {
    try {
      const events = await collected(
        this.client.readStream(stream, {
          direction: backwards ? BACKWARDS : FORWARDS,
          fromRevision: from ?? (backwards ? END : START),
          maxCount,
        }),
      );
      return events.flatMap((resolved) => recordedOf(resolved) ?? []);
    } catch (error) {
      if (isStoreError(error, ErrorType.STREAM_NOT_FOUND)) return [];
      throw error;
    }
  }

  /** The server includes what stands at the position it starts from. */
  private async pageOfAll(
    after: Position,
    { categories }: EventFilter = {},
  ): Promise<{ events: readonly Recorded[]; position: Position; atEnd: boolean }> {
    const size = LIMITS.subscriptionBatch;
    const resolved = await collected(
      this.client.readAll({
        fromPosition: serverPositionOf(after),
        maxCount: size,
        filter: categories?.length
          ? streamNameFilter({ prefixes: categories.map((category) => `${category}-`) })
          : excludeSystemEvents(),
      }),
    );
    const position = resolved.at(-1)?.event?.position;
    return {
      events: resolved
        .flatMap((one) => recordedOf(one) ?? [])
        .filter((event) => comparePositions(event.position, after) > 0),
      position: position ? positionOf(position) : after,
      atEnd: resolved.length < size,
    };
  }
}

/** @throws Refusal STORE_UNAVAILABLE, retryable: a read changes nothing */
async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  try {
    for await (const item of items) all.push(item);
  } catch (error) {
    throw storeRefusal(error, 'retryable');
  }
  return all;
}

const stateOf = (expected: ExpectedRevision): AppendStreamState =>
  expected === 'any' ? ANY : expected === 'none' ? NO_STREAM : BigInt(expected);

const revisionOf = (state: WrongExpectedVersionError['actualState']): number =>
  typeof state === 'bigint' ? Number(state) : NO_REVISION;
