import { setTimeout as pause } from 'node:timers/promises';
import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  excludeSystemEvents,
  type KurrentDBClient,
} from '@kurrent/kurrentdb-client';
import type { Position, Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Batch } from '../../ports/event-store.js';
import { positionOf, serverPositionOf } from './positions.js';
import { recordedOf } from './recorded.js';
import { isPassing, storeRefusal } from './store-errors.js';

const RECONNECT_MS = 250;
const FULL = 2 * LIMITS.subscriptionBatch;

interface Arrived {
  readonly position: Position;
  /** undefined when the filter leaves it out */
  readonly event: Recorded | undefined;
}

/**
 * What the server pushes, kept until it is asked for; connects again after the last event when the server goes.
 * The filter is applied here and not by the server: the server filters by type or by stream, not both, and says
 * nothing of what it left out until many events went by, while a checkpoint has to move with every event.
 */
export class LiveFeed {
  private arrived: Arrived[] = [];
  private subscription: AllStreamSubscription | undefined;
  private last: Position;
  private live = false;
  private failure: unknown;
  private stopped = false;

  constructor(
    private readonly client: KurrentDBClient,
    after: Position,
    private readonly wanted: (type: string, stream: string) => boolean,
    private readonly onNews: () => void,
  ) {
    this.last = after;
    this.connect();
  }

  /** @throws Refusal when the server will not let this be read */
  take(after: Position): Batch {
    if (this.failure && this.arrived.length === 0) throw this.failure;
    const taken = this.arrived.splice(0, LIMITS.subscriptionBatch);
    if (this.arrived.length < FULL) this.subscription?.resume();
    return {
      events: taken.flatMap(({ event }) => event ?? []),
      position: taken.at(-1)?.position ?? after,
      caughtUp: this.live && this.arrived.length === 0,
    };
  }

  stop(): void {
    this.stopped = true;
    void this.subscription?.unsubscribe().catch(() => undefined);
  }

  private connect(): void {
    const subscription = this.client.subscribeToAll({
      fromPosition: serverPositionOf(this.last),
      filter: excludeSystemEvents(),
    });
    this.subscription = subscription;
    /** events the stream had taken in before it said that it caught up */
    let behind = Number.POSITIVE_INFINITY;
    const countDown = (count: number): void => {
      behind -= count;
      if (behind > 0 || this.live) return;
      this.live = true;
      this.onNews();
    };
    subscription.on('data', (resolved: AllStreamResolvedEvent) => {
      this.arrive(resolved);
      if (this.arrived.length >= FULL) subscription.pause();
      countDown(1);
    });
    subscription.on('caughtUp', () => {
      behind = subscription.readableLength;
      countDown(0);
    });
    subscription.on('fellBehind', () => {
      behind = Number.POSITIVE_INFINITY;
      this.live = false;
    });
    let over = false;
    const end = (error?: unknown): void => {
      if (over) return;
      over = true;
      void this.mend(error);
    };
    subscription.on('error', end);
    subscription.on('end', () => end());
    subscription.on('close', () => end());
  }

  private arrive(resolved: AllStreamResolvedEvent): void {
    if (!resolved.event) return;
    this.last = positionOf(resolved.event.position);
    const event = recordedOf(resolved);
    const isWanted = event && this.wanted(event.event.type, event.stream);
    this.arrived.push({ position: this.last, event: isWanted ? event : undefined });
    this.onNews();
  }

  private async mend(error: unknown): Promise<void> {
    this.live = false;
    if (this.stopped) return;
    if (error !== undefined && !isPassing(error)) {
      this.failure = storeRefusal(error, 'retryable');
      this.onNews();
      return;
    }
    await pause(RECONNECT_MS);
    if (!this.stopped) this.connect();
  }
}
