import { busyShare } from './busy-share.js';

/** ms from one look at how busy this thread is to the next */
const LOOK_EVERY_MS = 25;
/** share of the time between two looks from which it has no time to spare */
const BUSY = 0.85;

/** Lets work begin when there is nothing more urgent to do, or when it has waited for so long, in the order it came. */
export class SpareTime {
  private readonly waiting: { readonly since: number; begin(): void }[] = [];
  private looking: NodeJS.Timeout | undefined;
  private isBusy = false;
  private isAsked = false;
  private isOver = false;

  /** @param mostMs ms that anything waits at most @param share of the time since it was asked last, see {@link busyShare} */
  constructor(
    private readonly mostMs: number,
    private readonly share = busyShare(),
    private readonly now = () => performance.now(),
  ) {}

  /** @returns undefined when the caller may begin at once, else what resolves when it may */
  begin(): Promise<void> | undefined {
    if (this.isOver) return undefined;
    this.isAsked = true;
    this.watch();
    if (!this.isBusy) return undefined;
    return new Promise((begin) => this.waiting.push({ since: this.now(), begin }));
  }

  /** Nobody waits any more. */
  stop(): void {
    this.isOver = true;
    this.release(Number.POSITIVE_INFINITY);
    clearInterval(this.looking);
  }

  private watch(): void {
    if (this.looking) return;
    this.share();
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  private look(): void {
    this.isBusy = this.share() >= BUSY;
    this.release(this.isBusy ? this.now() - this.mostMs : Number.POSITIVE_INFINITY);
    if (this.isAsked || this.waiting.length > 0) {
      this.isAsked = false;
      return;
    }
    clearInterval(this.looking);
    this.looking = undefined;
    this.isBusy = false;
  }

  /** Those that came at `until` or before. */
  private release(until: number): void {
    const firstLater = this.waiting.findIndex(({ since }) => since > until);
    const due = this.waiting.splice(0, firstLater < 0 ? this.waiting.length : firstLater);
    for (const { begin } of due) begin();
  }
}
