import type { Recorded } from '../../kernel/event.js';
import { LIMITS } from '../../kernel/limits.js';
import { type EventPage, numberOf } from './event-rows.js';

/**
 * The newest events of the store, kept once for all subscriptions of a process. Positions have no gaps, so that
 * what this process appended itself can be taken over without asking the store whenever it follows directly on
 * what is known; anything else is read from the store, once for everybody.
 */
export class EventTail {
  private events: Recorded[] = [];
  private known = 0;
  private hinted = 0;
  private reading: Promise<void> | undefined;

  constructor(
    /** a page of what comes after a position, in order */
    private readonly page: (after: number, limit: number) => Promise<Pick<EventPage, 'events' | 'isLast'>>,
    private readonly onGrowth: () => void,
  ) {}

  /** position of the newest event known */
  get end(): number {
    return this.known;
  }

  /** position of the newest event heard of, also while it is still being read */
  get heard(): number {
    return Math.max(this.known, this.hinted);
  }

  /** everything after this position is in memory */
  get start(): number {
    return this.known - this.events.length;
  }

  startAt(position: number): void {
    this.events = [];
    this.known = position;
    this.hinted = Math.max(this.hinted, position);
  }

  /**
   * @param after at or behind {@link start}
   * @param limit of events; what was looked at and left out is no matter
   * @returns the wanted ones in order, and the position up to which everything was looked at
   */
  after(
    after: number,
    wanted: (type: string, stream: string) => boolean,
    limit: number,
  ): { readonly events: readonly Recorded[]; readonly position: number } {
    const found: Recorded[] = [];
    const { events, start } = this;
    let at = after - start;
    for (; at < events.length && found.length < limit; at++) {
      const recorded = events[at]!;
      if (wanted(recorded.event.type, recorded.stream)) found.push(recorded);
    }
    return { events: found, position: Math.max(after, start + at) };
  }

  /** Events this process appended. */
  offer(events: readonly Recorded[]): void {
    if (events.length === 0) return;
    if (numberOf(events[0]!.position) === this.known + 1) this.grow(events);
    else void this.hint(numberOf(events.at(-1)!.position));
  }

  /** Somebody appended up to `position`. */
  async hint(position: number): Promise<void> {
    this.hinted = Math.max(this.hinted, position);
    if (this.hinted > this.known) await this.catchUp();
  }

  /** Reads whatever the store has beyond what is known. */
  async catchUp(): Promise<void> {
    this.reading ??= this.readOn().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const { events, isLast } = await this.page(this.known, LIMITS.subscriptionBatch);
      const news = events.filter((event) => numberOf(event.position) > this.known);
      if (news.length > 0) this.grow(news);
      if (isLast && this.hinted <= this.known) return;
    }
  }

  private grow(events: readonly Recorded[]): void {
    for (const event of events) this.events.push(event);
    this.known = numberOf(events.at(-1)!.position);
    if (this.events.length > 2 * LIMITS.tailEvents) this.events = this.events.slice(-LIMITS.tailEvents);
    this.onGrowth();
  }
}
