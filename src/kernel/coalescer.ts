/**
 * Gathers what arrives while one write is under way into the next one, so that many small writes become few large
 * ones. Each caller is answered when its own item is written.
 */
export class Coalescer<T> {
  private waiting: T[] = [];
  private next: Promise<void> | undefined;
  private busy: Promise<unknown> = Promise.resolve();
  private began = Number.NEGATIVE_INFINITY;

  /**
   * @param most items of one write
   * @param paceMs from one write to the next: the first is done at once, those of a stream wait for company
   */
  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly most = 500,
    private readonly paceMs = 0,
  ) {}

  add(item: T): Promise<void> {
    if (this.waiting.length >= this.most) this.next = undefined;
    if (this.next === undefined) {
      const items: T[] = [];
      this.waiting = items;
      const go = () => {
        if (this.waiting === items) this.next = undefined;
        this.began = performance.now();
        return this.write(items);
      };
      const turn = this.busy.then(() => this.company()?.then(go) ?? go());
      this.next = turn;
      this.busy = turn.catch(() => undefined);
    }
    this.waiting.push(item);
    return this.next;
  }

  private company(): Promise<void> | undefined {
    const left = this.began + this.paceMs - performance.now();
    return left > 0 ? new Promise((resolve) => setTimeout(resolve, left)) : undefined;
  }
}
