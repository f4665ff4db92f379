/**
 * Lets so many begin in each turn of the event loop, and the rest in the next ones, in the order they came. Work
 * that is answered from memory never waits for anything: all of it would run before the next answer of a database
 * is read, and whoever needs several of those would stand still meanwhile.
 */
export class LoopShare {
  private readonly waiting: (() => void)[] = [];
  private left: number;
  private isTurning = false;

  constructor(private readonly each: number) {
    this.left = each;
  }

  /** Resolves when the caller may begin. */
  begin(): Promise<void> {
    if (!this.isTurning) {
      this.isTurning = true;
      setImmediate(this.turn);
    }
    if (this.left > 0) {
      this.left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private readonly turn = (): void => {
    const next = this.waiting.splice(0, this.each);
    this.left = this.each - next.length;
    this.isTurning = next.length > 0;
    for (const begin of next) begin();
    if (this.isTurning) setImmediate(this.turn);
  };
}
