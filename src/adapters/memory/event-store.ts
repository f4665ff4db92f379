import type { DomainEvent, NewEvent, Position, Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type {
  Appended,
  Batch,
  EventFilter,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadOptions,
  Subscription,
} from '../../ports/event-store.js';
import { filterTest } from '../event-filter.js';
import { assertAppend, conflict, isExpected, NO_REVISION, standsAlready } from '../expected-revision.js';
import { LogSubscription } from '../log-subscription.js';

const positionOf = (count: number): Position => String(count).padStart(16, '0') as Position;
const countOf = (position: Position): number => Number(position);

/** Events pass through JSON as they would in a database, and are frozen: nobody can change what happened. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value), (_key, member) => Object.freeze(member));

/** For tests and simulation: everything of the port but durability. The n-th event has position n. */
export class MemoryEventStore implements EventStore {
  private readonly log: Recorded[] = [];
  private readonly streams = new Map<string, Recorded[]>();
  private readonly byId = new Map<string, Recorded>();
  private readonly live = new Set<LogSubscription>();

  async append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    assertAppend(stream, events, expected);
    const history = this.streams.get(stream) ?? [];
    const ids = events.map((event) => event.id);
    const standing = ids.flatMap((id) => this.byId.get(id) ?? []);
    const revision = standsAlready(stream, ids, expected, standing);
    if (revision !== undefined) return { revision, position: history[revision]!.position, repeated: true };
    const actual = history.at(-1)?.revision ?? NO_REVISION;
    if (standing.length > 0 || !isExpected(expected, actual)) throw conflict(stream, expected, actual);
    this.streams.set(stream, history);
    for (const event of events) this.record(stream, history, event);
    for (const subscription of this.live) subscription.ring();
    return { revision: history.length - 1, position: positionOf(this.log.length) };
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<Recorded> {
    const history = this.streams.get(stream) ?? [];
    const { from, limit = Number.POSITIVE_INFINITY, backwards = false } = options;
    const step = backwards ? -1 : 1;
    let revision = backwards ? Math.min(from ?? history.length - 1, history.length - 1) : (from ?? 0);
    for (let left = limit; left > 0 && history[revision]; left--, revision += step) yield history[revision]!;
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<Recorded> {
    const wanted = filterTest(options.filter);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for (let i = options.after ? countOf(options.after) : 0; left > 0 && i < this.log.length; i++) {
      const event = this.log[i]!;
      if (!wanted(event.event.type, event.stream)) continue;
      left--;
      yield event;
    }
  }

  subscribe(options: { readonly after?: Position; readonly filter?: EventFilter } = {}): Subscription {
    const wanted = filterTest(options.filter);
    const subscription = new LogSubscription(
      options.after ?? positionOf(0),
      (after) => this.batch(countOf(after), wanted),
      (stopped) => this.live.delete(stopped),
    );
    this.live.add(subscription);
    return subscription;
  }

  async head(): Promise<Position> {
    return positionOf(this.log.length);
  }

  async close(): Promise<void> {
    for (const subscription of [...this.live]) await subscription.stop();
  }

  private batch(after: number, wanted: (type: string, stream: string) => boolean): Batch {
    const events: Recorded[] = [];
    let end = after;
    while (end < this.log.length && events.length < LIMITS.subscriptionBatch) {
      const event = this.log[end++]!;
      if (wanted(event.event.type, event.stream)) events.push(event);
    }
    return { events, position: positionOf(end), caughtUp: end >= this.log.length };
  }

  private record(stream: string, history: Recorded[], event: NewEvent): void {
    const { id, event: content, metadata } = stored(event);
    const position = positionOf(this.log.length + 1);
    const recorded = Object.freeze({
      id,
      event: content,
      metadata,
      stream,
      revision: history.length,
      position,
    });
    history.push(recorded);
    this.log.push(recorded);
    this.byId.set(recorded.id, recorded);
  }
}
