import type { Position, Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Batch, EventFilter } from '../../ports/event-store.js';
import { filterTest } from '../event-filter.js';
import { LogSubscription } from '../log-subscription.js';
import { patiently } from './connection-loss.js';
import { type EventPage, numberOf, positionOf } from './event-rows.js';
import { EVENTS_CHANNEL } from './event-schema.js';
import { EventTail } from './event-tail.js';
import { Notifications } from './notifications.js';

/** Notifications are not lost while connected; this is for what nobody thought of. */
const SAFETY_POLL_MS = 5_000;
/** within which a commit of our own is answered as a rule */
const ANSWER_MS = 250;

type Wanted = ReturnType<typeof filterTest>;
type Page = (after: number, limit: number, filter?: EventFilter) => Promise<EventPage>;

/** All subscriptions of a process: one listening connection and one tail, started with the first of them. */
export class LiveEvents {
  private readonly subscriptions = new Set<LogSubscription>();
  private readonly notifications: Notifications;
  private readonly tail: EventTail;
  private readonly patientPage: Page;
  private started: Promise<void> | undefined;
  private following = false;
  private closed = false;
  private poll: NodeJS.Timeout | undefined;
  private expected = 0;
  private expecting: NodeJS.Timeout | undefined;

  constructor(
    url: string,
    page: Page,
    private readonly head: () => Promise<number>,
    /** whether it is this process that appends by way of that process of the server */
    private readonly isOwn: (processId: number) => boolean = () => false,
  ) {
    this.patientPage = (...wanted) => this.patient(() => page(...wanted));
    this.tail = new EventTail(this.patientPage, () => this.ring());
    this.notifications = new Notifications(url, EVENTS_CHANNEL, (...told) => this.hear(...told));
  }

  subscribe(after: Position, filter: EventFilter | undefined): LogSubscription {
    const wanted = filterTest(filter);
    const subscription = new LogSubscription(
      after,
      (from) => this.batch(numberOf(from), filter, wanted),
      (stopped) => this.subscriptions.delete(stopped),
    );
    this.subscriptions.add(subscription);
    return subscription;
  }

  offer(events: readonly Recorded[]): void {
    if (this.following) this.tail.offer(events);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.poll);
    clearTimeout(this.expecting);
    for (const subscription of [...this.subscriptions]) await subscription.stop();
    await this.notifications.close();
  }

  private batch(after: number, filter: EventFilter | undefined, wanted: Wanted): Batch | Promise<Batch> {
    return this.following && after >= this.tail.start
      ? this.batchInMemory(after, wanted)
      : this.batchFromStore(after, filter, wanted);
  }

  private async batchFromStore(
    after: number,
    filter: EventFilter | undefined,
    wanted: Wanted,
  ): Promise<Batch> {
    this.started ??= this.start().catch((error) => {
      this.started = undefined;
      throw error;
    });
    await this.started;
    if (after >= this.tail.start) return this.batchInMemory(after, wanted);
    // What the tail knew before the question is surely covered by the answer, also where the filter left it out.
    const covered = this.tail.end;
    const { events, through, isLast } = await this.patientPage(after, LIMITS.subscriptionBatch, filter);
    const position = Math.max(isLast ? covered : 0, through);
    return { events, position: positionOf(position), caughtUp: false };
  }

  private batchInMemory(after: number, wanted: Wanted): Batch {
    const { events, position } = this.tail.after(after, wanted, LIMITS.tailBatch);
    return { events, position: positionOf(position), caughtUp: position >= this.tail.heard };
  }

  /** Listens first and looks second, so that nothing falls between the two. */
  private async start(): Promise<void> {
    await this.notifications.listen();
    this.tail.startAt(await this.patient(this.head));
    this.following = true;
    this.poll = setInterval(() => void this.catchUp(), SAFETY_POLL_MS).unref();
    await this.catchUp();
  }

  private hear(position: string, processId?: number): void {
    if (!this.following) return;
    if (position === '') void this.catchUp();
    else if (processId !== undefined && this.isOwn(processId)) this.expect(Number(position));
    else void this.tail.hint(Number(position)).catch(() => undefined);
  }

  /**
   * What this process appended it is about to offer: often the news of a commit comes before its answer. Only an
   * answer that was lost makes it read what is its own.
   */
  private expect(position: number): void {
    this.expected = Math.max(this.expected, position);
    this.expecting ??= setTimeout(() => {
      this.expecting = undefined;
      void this.tail.hint(position).catch(() => undefined);
      if (this.expected > this.tail.end) this.expect(this.expected);
    }, ANSWER_MS).unref();
  }

  /** Fails only when closed, or on an error that the next subscription to read will meet and report. */
  private async catchUp(): Promise<void> {
    await this.tail.catchUp().catch(() => undefined);
  }

  private patient<T>(attempt: () => Promise<T>): Promise<T> {
    return patiently(attempt, () => this.closed);
  }

  private ring(): void {
    for (const subscription of this.subscriptions) subscription.ring();
  }
}
