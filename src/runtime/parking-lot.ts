import { isReadable } from '../events/catalogue.js';
import type { Position, Recorded } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import type { EventStore } from '../ports/event-store.js';
import type { Parking } from '../ports/read-models.js';
import type { Projection } from '../projections/projection.js';
import { current } from './current-event.js';
import { type Sieve, type Sifted, sift } from './sift.js';

/** Streams of those that come next that may fail, too, while one is looked for that does not. */
const ASKED = 8;

/** Streams to park and what is taken without them; or why the model stands still instead. */
export type Verdict = Sifted | { readonly standsStill: string };

/** What the keeper of a read model leaves out, and whether it leaves out more. */
export class ParkingLot {
  private streams: ReadonlySet<string> = new Set();
  /** it has taken something since a stream was parked: what fails next is not the model as a whole */
  private isProven = true;

  constructor(
    private readonly projection: Projection,
    private readonly store: Pick<EventStore, 'readAll'>,
  ) {}

  /** As the database has it. */
  hold(streams: Iterable<string>): void {
    this.streams = new Set(streams);
    this.isProven = this.streams.size === 0;
  }

  add(streams: Iterable<string>): void {
    this.hold([...this.streams, ...streams]);
  }

  hasTaken(): void {
    this.isProven = true;
  }

  /** Operators have streams taken again, in whatever process: what is left out is looked up in each transaction. */
  async hasChanged(parking: Parking): Promise<boolean> {
    if (this.streams.size === 0) return false;
    const now = new Set((await parking.all()).map(({ stream }) => stream));
    const isSame = now.size === this.streams.size && [...now].every((stream) => this.streams.has(stream));
    if (!isSame) this.streams = now;
    return !isSame;
  }

  /** What is not parked, of events that this program can read. */
  leaveOut(events: readonly Recorded[]): readonly Recorded[] {
    if (this.streams.size === 0) return events;
    return events.filter((recorded) => !this.streams.has(this.streamOf(recorded)));
  }

  /**
   * A stream is parked when others are taken: those of the same events, or of those that come next. With nobody to
   * compare with, one is parked, and no second before the model has taken something again.
   * @param events that are not taken as they are, up to `to`
   */
  async judge(events: readonly Recorded[], to: Position, refusal: Sieve['refusal']): Promise<Verdict> {
    if (!this.projection.parkedWith) return { standsStill: 'nothing may be left out of it' };
    const most = LIMITS.parkedStreams - this.streams.size;
    const sieve = { streamOf: (recorded: Recorded) => this.streamOf(recorded), refusal };
    const sifted = await sift(events, { ...sieve, most });
    if (sifted.poisoned.length > most)
      return { standsStill: `more than ${LIMITS.parkedStreams} streams fail` };
    if (sifted.whole > 0) return sifted;
    const failing = new Set(sifted.poisoned.map(({ stream }) => stream));
    const others = (await this.next(to)).filter((recorded) => !failing.has(this.streamOf(recorded)));
    const next = await sift(others, { ...sieve, most: ASKED });
    const isAlone = failing.size === 1 && next.poisoned.length === 0;
    if (next.whole > 0 || (isAlone && this.isProven)) return sifted;
    return { standsStill: 'it takes nothing' };
  }

  private async next(after: Position): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    const filter = { types: this.projection.handles };
    for await (const recorded of this.store.readAll({ after, filter, limit: LIMITS.subscriptionBatch }))
      if (isReadable(recorded.event)) events.push(current(recorded));
    return this.leaveOut(events);
  }

  private streamOf(recorded: Recorded): string {
    return this.projection.parkedWith?.(recorded) ?? recorded.stream;
  }
}
