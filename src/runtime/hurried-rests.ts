interface Rest {
  /** not before this, whoever waits */
  readonly earliest: number;
  /** ends it after so many ms from now instead */
  until(ms: number): void;
}

/** Rests that become short while somebody waits for what is done after them. */
export class HurriedRests {
  private readonly resting = new Set<Rest>();

  constructor(private readonly isAwaited: () => boolean) {}

  /**
   * @param leastMs in any case
   * @param mostMs while nobody waits
   */
  rest(leastMs: number, mostMs: number, signal: AbortSignal): Promise<void> {
    const ms = Math.max(0, leastMs, this.isAwaited() ? 0 : mostMs);
    if (ms === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.resting.delete(rest);
        signal.removeEventListener('abort', end);
        resolve();
      };
      let timer = setTimeout(end, ms);
      const until = (left: number) => {
        clearTimeout(timer);
        timer = setTimeout(end, left);
      };
      const rest = { earliest: performance.now() + leastMs, until };
      this.resting.add(rest);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Somebody waits from now on. */
  hurry(): void {
    const now = performance.now();
    for (const { earliest, until } of this.resting) until(Math.max(0, earliest - now));
  }
}
