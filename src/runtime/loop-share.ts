/**
 * Lets so many begin in each turn of the event loop, and the rest in the next ones, in the order they came. Work
 * that is answered from memory never waits for anything: all of it would run before the next answer of a database
 * is read, and whoever needs several of those would stand still meanwhile. For the same reason fewer begin when turns
 * have become long, and more when they are short.
 */
export class LoopShare {
  private readonly waiting: (() => void)[] = [];
  private each: number;
  private left: number;
  private isTurning = false;
  private turnedAt = 0;

  /**
   * @param most that begin in one turn
   * @param turnMs how long a turn may last before the next one lets fewer begin
   */
  constructor(
    private readonly most: number,
    private readonly turnMs = Number.POSITIVE_INFINITY,
    private readonly now = () => performance.now(),
  ) {
    this.each = most;
    this.left = most;
  }

  /** Resolves when the caller may begin. */
  begin(): Promise<void> {
    if (!this.isTurning) {
      this.isTurning = true;
      this.turnedAt = this.now();
      setImmediate(this.turn);
    }
    if (this.left > 0) {
      this.left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private readonly turn = (): void => {
    this.adapt();
    const next = this.waiting.splice(0, this.each);
    this.left = this.each - next.length;
    this.isTurning = next.length > 0;
    for (const begin of next) begin();
    if (this.isTurning) setImmediate(this.turn);
  };

  private adapt(): void {
    const now = this.now();
    const lasted = now - this.turnedAt;
    this.turnedAt = now;
    if (lasted > this.turnMs) this.each = Math.max(1, Math.floor((this.each * this.turnMs) / lasted));
    else if (lasted < this.turnMs / 2) this.each = Math.min(this.most, this.each + 1);
  }
}
