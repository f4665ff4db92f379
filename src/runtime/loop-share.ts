/**
 * Lets so many begin in each turn of the event loop, and the rest in the next ones, in the order they came. Work
 * that is answered from memory never waits for anything: all of it would run before the next answer of a database
 * is read, and whoever needs several of those would stand still meanwhile. For the same reason as many begin as fit
 * into what everybody else leaves of a turn; half a turn is theirs however much that is, so that whoever comes to a
 * busy program is not the one who waits.
 */
export class LoopShare {
  private readonly waiting: (() => void)[] = [];
  private left: number;
  private isTurning = false;
  private began = 0;
  private beganAt = 0;
  private endedAt = 0;
  /** ms of one of those that began last, until it waits for somebody else */
  private takes = 0;

  /**
   * @param most that begin in one turn
   * @param turnMs how long a turn is to last
   */
  constructor(
    private readonly most: number,
    private readonly turnMs = Number.POSITIVE_INFINITY,
    private readonly now = () => performance.now(),
  ) {
    this.left = most;
  }

  /** Resolves when the caller may begin. */
  begin(): Promise<void> {
    if (!this.isTurning) {
      this.isTurning = true;
      this.endedAt = this.now();
      this.turnAgain();
    }
    if (this.left > 0) {
      this.left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** What begins in a turn, and all that follows at once, is over when the second of the two is called. */
  private turnAgain(): void {
    setImmediate(this.turn);
    setImmediate(this.ended);
  }

  private readonly turn = (): void => {
    this.beganAt = this.now();
    const each = this.fitting(this.beganAt - this.endedAt);
    const next = this.waiting.splice(0, each);
    this.left = each - next.length;
    this.began = next.length;
    this.isTurning = next.length > 0;
    for (const begin of next) begin();
    if (this.isTurning) this.turnAgain();
  };

  private readonly ended = (): void => {
    this.endedAt = this.now();
    if (this.began > 0) this.takes = (this.endedAt - this.beganAt) / this.began;
  };

  /** @param othersMs what everybody else took of the last turn */
  private fitting(othersMs: number): number {
    const ms = Math.max(this.turnMs - othersMs, this.turnMs / 2);
    return Math.max(1, Math.min(this.most, Math.floor(ms / this.takes)));
  }
}
