import type { DomainEvent, NewEvent, Position, Recorded } from '../kernel/event.js';

/** `none`: the stream must not exist. `any`: no check. A number: the revision of the stream's last event. */
export type ExpectedRevision = 'none' | 'any' | number;

export interface Appended {
  /** revision of the last event of this append */
  readonly revision: number;
  /** position of the last event of this append */
  readonly position: Position;
  /**
   * These event ids stood already, from an earlier send: what is stored may differ from what was sent now. Set where
   * the store can tell; EventStoreDB answers a repetition like the first time.
   */
  readonly repeated?: true;
  /** of these events as text, without what is said about them; absent where the store does not count */
  readonly bytes?: number;
}

export interface ReadOptions {
  /** first revision wanted; read backwards it is the highest */
  readonly from?: number;
  readonly limit?: number;
  readonly backwards?: boolean;
}

export interface EventFilter {
  /** event types; absent means all */
  readonly types?: readonly string[];
  /** stream categories, the part before the first dash; absent means all */
  readonly categories?: readonly string[];
}

export interface ReadAllOptions {
  /** exclusive; absent means from the beginning */
  readonly after?: Position;
  readonly filter?: EventFilter;
  readonly limit?: number;
}

/** What a subscription hands over: events in store order, and whether it has reached the present. */
export interface Batch {
  readonly events: readonly Recorded[];
  /** checkpoint that covers this batch and everything the filter left out before it */
  readonly position: Position;
  readonly caughtUp: boolean;
}

/** Ends when `stop` is called. A lost connection is mended inside and resumed after the last batch. */
export interface Subscription extends AsyncIterable<Batch> {
  stop(): Promise<void>;
}

/**
 * The only truth. One contract suite (test/contracts) holds for every adapter:
 * - an append is atomic and durable when its promise resolves;
 * - appending the same event ids again where they already stand answers as the first time did;
 * - a position is ordered, and no subscription ever skips an event that commits late.
 */
export interface EventStore {
  /** @throws Refusal CONFLICT {expected, actual}, retryable, when the stream is not at `expected` */
  append<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    expected: ExpectedRevision,
  ): Promise<Appended>;
  /** An unknown stream reads as empty. */
  read(stream: string, options?: ReadOptions): AsyncIterable<Recorded>;
  readAll(options?: ReadAllOptions): AsyncIterable<Recorded>;
  subscribe(options?: { readonly after?: Position; readonly filter?: EventFilter }): Subscription;
  /** Position of the newest readable event; of an empty store, the one before the first. */
  head(): Promise<Position>;
  close(): Promise<void>;
}
