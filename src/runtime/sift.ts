import type { Recorded } from '../kernel/event.js';
import type { Untaken } from './untaken.js';

/** A stream, and the first of its events that is not taken. */
export interface Poisoned {
  readonly stream: string;
  readonly event: Recorded;
  readonly error: Untaken;
}

export interface Sifted {
  /** together they are taken, in store order: all but what is of poisoned streams from their event on */
  readonly taken: readonly Recorded[];
  /** streams that are taken to the last event */
  readonly whole: number;
  readonly poisoned: readonly Poisoned[];
}

export interface Sieve {
  streamOf(recorded: Recorded): string;
  /** why these are not taken, together and with nothing else; undefined when they are. Nothing is kept of the try. */
  refusal(events: readonly Recorded[]): Promise<Untaken | undefined>;
  /** so many poisoned streams are looked for, and one more */
  readonly most: number;
}

/** Finds by halving which streams a failure belongs to, and in each the event: with all that went before, it fails. */
export async function sift(events: readonly Recorded[], sieve: Sieve): Promise<Sifted> {
  const sifting = new Sifting(events, sieve);
  await sifting.sift(byStream(events, sieve));
  return sifting;
}

type Stream = readonly [name: string, events: readonly Recorded[]];

function byStream(events: readonly Recorded[], { streamOf }: Sieve): readonly Stream[] {
  const streams = new Map<string, Recorded[]>();
  for (const recorded of events) {
    const stream = streamOf(recorded);
    const before = streams.get(stream);
    if (before) before.push(recorded);
    else streams.set(stream, [recorded]);
  }
  return [...streams];
}

class Sifting implements Sifted {
  readonly poisoned: Poisoned[] = [];
  whole = 0;
  private readonly good = new Set<Recorded>();

  constructor(
    private readonly events: readonly Recorded[],
    private readonly sieve: Sieve,
  ) {}

  get taken(): readonly Recorded[] {
    return this.with([]);
  }

  async sift(streams: readonly Stream[]): Promise<void> {
    if (streams.length === 0 || this.poisoned.length > this.sieve.most) return;
    const events = streams.flatMap(([, its]) => its);
    const error = await this.refusal(events);
    if (!error) {
      this.keep(events);
      this.whole += streams.length;
    } else if (streams.length === 1) await this.siftStream(streams[0]!, error);
    else {
      const half = streams.length >> 1;
      await this.sift(streams.slice(0, half));
      await this.sift(streams.slice(half));
    }
  }

  /** @param error of all its events together */
  private async siftStream([stream, events]: Stream, error: Untaken): Promise<void> {
    let reason = error;
    let [taken, untaken] = [0, events.length];
    while (untaken - taken > 1) {
      const middle = (taken + untaken) >> 1;
      const found = await this.refusal(events.slice(0, middle));
      if (found) [untaken, reason] = [middle, found];
      else taken = middle;
    }
    this.keep(events.slice(0, taken));
    this.poisoned.push({ stream, event: events[taken]!, error: reason });
  }

  private refusal(more: readonly Recorded[]): Promise<Untaken | undefined> {
    return this.sieve.refusal(this.with(more));
  }

  private with(more: readonly Recorded[]): readonly Recorded[] {
    const wanted = new Set([...this.good, ...more]);
    return this.events.filter((recorded) => wanted.has(recorded));
  }

  private keep(events: readonly Recorded[]): void {
    for (const recorded of events) this.good.add(recorded);
  }
}
