import { Coalescer } from '../kernel/coalescer.js';
import type { Clock } from '../ports/clock.js';
import type { Timer, TimerStore } from '../ports/timers.js';

interface Held {
  readonly timer: Timer;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

const PACE_MS = 10;
const AT_ONCE = 500;

/**
 * Stores timers a moment after they are set: most deadlines are cancelled before they would have to exist, and then
 * never do. Who sets one waits for it to be stored or cancelled, so that no checkpoint passes a timer that a crash
 * would lose.
 */
export class TimerBuffer {
  /** of what this process has in hand: held until that is over, and then like the others */
  private readonly tied = new Map<string, Held>();
  private young = new Map<string, Held>();
  private old = new Map<string, Held>();
  /** cancelled lately while they were held, and not set since: there is nothing of them to cancel in the store */
  private spared = new Set<string>();
  private sparedBefore = new Set<string>();
  private ticking: NodeJS.Timeout | undefined;
  /** on their way to the store: what cancels one comes after it */
  private readonly onTheWay = new Map<string, Promise<void>>();
  private readonly sets: Coalescer<Timer>;
  private readonly cancels: Coalescer<string>;

  /** @param holdMs a timer is held so long at least and twice so long at most; 0 stores it at once */
  constructor(
    store: TimerStore,
    private readonly clock: Clock,
    private readonly holdMs: number,
  ) {
    this.sets = new Coalescer((timers) => store.set(timers), AT_ONCE, PACE_MS);
    this.cancels = new Coalescer((ids) => store.cancel(ids), AT_ONCE, PACE_MS);
  }

  /**
   * @param inHand what the timer watches over, if this process is at it: until that is over, nothing is lost without it
   * @returns when it is stored, or need not be any more
   */
  set(timer: Timer, inHand?: Promise<unknown>): Promise<void> {
    if (inHand) return this.tie(timer, inHand);
    if (this.holdMs === 0 || timer.dueAt - this.clock.now() < 4 * this.holdMs) {
      this.unspare(timer.id);
      return this.send(timer);
    }
    this.keepTicking();
    this.drop(timer.id);
    this.unspare(timer.id);
    return new Promise((stored, failed) => this.young.set(timer.id, { timer, stored, failed }));
  }

  private tie(timer: Timer, inHand: Promise<unknown>): Promise<void> {
    this.drop(timer.id);
    this.unspare(timer.id);
    return new Promise((stored, failed) => {
      const held = { timer, stored, failed };
      this.tied.set(timer.id, held);
      const untie = () => {
        if (this.tied.get(timer.id) !== held) return;
        this.tied.delete(timer.id);
        this.set(timer).then(stored, failed);
      };
      inHand.then(untie, untie);
    });
  }

  /** A timer that need never exist: nothing has to be cancelled in the store when it is cancelled soon. */
  spare(id: string): void {
    this.drop(id);
    this.remember(id);
  }

  /** Whether cancelling them asks nothing of the store. */
  isHere(ids: readonly string[]): boolean {
    return ids.every((id) => this.isHeld(id) || this.isSpared(id));
  }

  /** One that was held here is forgotten; if an earlier life stored it, firing it changes nothing. */
  async cancel(ids: readonly string[]): Promise<void> {
    const cancelled: Promise<void>[] = [];
    for (const id of ids) if (!this.takeBack(id)) cancelled.push(this.cancelStored(id));
    await Promise.all(cancelled);
  }

  /** Stores all that is held. */
  flush(): void {
    this.store(this.tied);
    this.tied.clear();
    this.tick();
    this.tick();
  }

  private send(timer: Timer): Promise<void> {
    const { id } = timer;
    const sent = this.sets.add(timer);
    this.onTheWay.set(id, sent);
    const arrived = () => {
      if (this.onTheWay.get(id) === sent) this.onTheWay.delete(id);
    };
    sent.then(arrived, arrived);
    return sent;
  }

  private async cancelStored(id: string): Promise<void> {
    await this.onTheWay.get(id)?.catch(() => undefined);
    await this.cancels.add(id);
  }

  /** @returns whether the store need not be asked */
  private takeBack(id: string): boolean {
    const wasHeld = this.drop(id);
    if (wasHeld) this.remember(id);
    return wasHeld || this.isSpared(id);
  }

  private remember(id: string): void {
    if (this.holdMs === 0) return;
    this.keepTicking();
    this.spared.add(id);
  }

  private keepTicking(): void {
    this.ticking ??= setInterval(() => this.tick(), this.holdMs).unref();
  }

  private isHeld(id: string): boolean {
    return this.tied.has(id) || this.young.has(id) || this.old.has(id);
  }

  private isSpared(id: string): boolean {
    return this.spared.has(id) || this.sparedBefore.has(id);
  }

  private unspare(id: string): void {
    this.spared.delete(id);
    this.sparedBefore.delete(id);
  }

  private drop(id: string): boolean {
    const held = this.tied.get(id) ?? this.young.get(id) ?? this.old.get(id);
    this.tied.delete(id);
    this.young.delete(id);
    this.old.delete(id);
    held?.stored();
    return held !== undefined;
  }

  private store(held: ReadonlyMap<string, Held>): void {
    for (const { timer, stored, failed } of held.values()) this.send(timer).then(stored, failed);
  }

  private tick(): void {
    this.store(this.old);
    this.old = this.young;
    this.young = new Map();
    this.sparedBefore = this.spared;
    this.spared = new Set();
    if (this.old.size > 0 || this.sparedBefore.size > 0) return;
    clearInterval(this.ticking);
    this.ticking = undefined;
  }
}
