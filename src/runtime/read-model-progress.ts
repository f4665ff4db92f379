import { comparePositions, type Position } from '../kernel/event.js';
import { HurriedRests } from './hurried-rests.js';

/** ms a reader waits for news before the read models themselves are asked */
const ASK_MS = 200;

interface Waiter {
  readonly position: Position;
  readonly models: readonly string[];
  wake(): void;
}

/** Knows how far the read models are, so that a client can read its own writes. */
export class ReadModelProgress {
  private readonly reached = new Map<string, Position>();
  /** kept here: nobody knows better how far they are */
  private readonly kept = new Set<string>();
  private waiting: Waiter[] = [];
  /** the highest position that was said to be waited for since nobody waited */
  private wanted: Position | undefined;
  private asking: NodeJS.Timeout | undefined;
  private readonly rests = new HurriedRests(() => this.waiting.length > 0);

  /**
   * @param announce told of every advance, for processes that keep no read model themselves
   * @param ask where the read models are as they say themselves: news of them may be lost, or meant for others
   * @param want told what somebody waits for here, for processes that keep read models; again while it is waited for
   */
  constructor(
    private readonly projections: readonly string[],
    private readonly announce: (projection: string, position: Position) => void = () => {},
    private readonly ask?: () => Promise<ReadonlyMap<string, Position>>,
    private readonly want: (position: Position) => void = () => {},
  ) {}

  /** Called by a projection runner after its commit: it keeps the read model, until it {@link leave}s it. */
  advance(projection: string, position: Position): void {
    this.kept.add(projection);
    this.move(projection, position);
    this.announce(projection, position);
  }

  /** Another process may keep it from now on. */
  leave(projection: string): void {
    this.kept.delete(projection);
  }

  /** Between two writes of a read model: at least so long, and so long at most while no reader waits. */
  rest(leastMs: number, mostMs: number, signal: AbortSignal): Promise<void> {
    return this.rests.rest(leastMs, mostMs, signal);
  }

  /** Says again how far those are that are kept here: whoever asks may have come after it was said. */
  announceAll(): void {
    for (const projection of this.kept) this.announce(projection, this.reached.get(projection)!);
  }

  /**
   * What a process said of a read model that it keeps: it may have gone back. Of one that is kept here it is what was
   * said here some time ago, or by who kept it before.
   */
  learn(projection: string, position: Position): void {
    if (!this.kept.has(projection)) this.move(projection, position);
  }

  private move(projection: string, position: Position): void {
    this.reached.set(projection, position);
    if (this.waiting.length === 0) return;
    const ready: Waiter[] = [];
    const others: Waiter[] = [];
    for (const waiter of this.waiting)
      (this.has(waiter.position, waiter.models) ? ready : others).push(waiter);
    this.waiting = others;
    for (const waiter of ready) waiter.wake();
  }

  /**
   * @param models that are read then
   * @returns false when they did not get there in time
   */
  waitFor(position: Position, timeoutMs: number, models = this.projections): Promise<boolean> {
    if (this.has(position, models)) return Promise.resolve(true);
    if (this.waiting.length === 0) this.wanted = undefined;
    const reached = this.wait(position, timeoutMs, models);
    if (this.wanted === undefined || comparePositions(position, this.wanted) > 0) {
      this.wanted = position;
      this.want(position);
    }
    this.askSoon();
    return reached;
  }

  /** Somebody waits in another process: rests are short until the read models are there, or for so long. */
  hurryTo(position: Position, timeoutMs: number): void {
    if (!this.has(position, this.projections)) void this.wait(position, timeoutMs, this.projections);
  }

  private has(position: Position, models: readonly string[]): boolean {
    return models.every((model) => {
      const reached = this.reached.get(model);
      return reached !== undefined && comparePositions(position, reached) <= 0;
    });
  }

  private wait(position: Position, timeoutMs: number, models: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const waiter: Waiter = { position, models, wake };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiter);
        resolve(false);
      }, timeoutMs);
      this.waiting.push(waiter);
      this.rests.hurry();
    });
  }

  /** While somebody waits. */
  private askSoon(): void {
    if (!this.ask || this.asking || this.waiting.length === 0) return;
    this.asking = setTimeout(async () => {
      // a read model that cannot be asked is asked again; who waits has an end of his own
      const positions = await this.ask?.().catch(() => undefined);
      for (const [projection, position] of positions ?? []) this.catchUp(projection, position);
      this.asking = undefined;
      // who keeps a read model may have been replaced meanwhile
      if (this.waiting.length > 0 && this.wanted !== undefined) this.want(this.wanted);
      this.askSoon();
    }, ASK_MS).unref();
  }

  /** What was asked for may be older than what was heard meanwhile. */
  private catchUp(projection: string, position: Position): void {
    const known = this.reached.get(projection);
    if (known === undefined || comparePositions(position, known) > 0) this.move(projection, position);
  }

  /** The position every read model has reached. */
  low(): Position | undefined {
    let low: Position | undefined;
    for (const projection of this.projections) {
      const position = this.reached.get(projection);
      if (position === undefined) return undefined;
      if (low === undefined || comparePositions(position, low) < 0) low = position;
    }
    return low;
  }
}
