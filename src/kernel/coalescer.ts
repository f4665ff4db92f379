/**
 * Gathers what arrives while one write is under way into the next one, so that many small writes become few large
 * ones without a timer. Each caller is answered when its own item is written.
 */
export class Coalescer<T> {
  private waiting: T[] = [];
  private next: Promise<void> | undefined;
  private busy: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly most = 500,
  ) {}

  add(item: T): Promise<void> {
    if (this.waiting.length >= this.most) this.next = undefined;
    if (this.next === undefined) {
      const items: T[] = [];
      this.waiting = items;
      const turn = this.busy.then(() => {
        if (this.waiting === items) this.next = undefined;
        return this.write(items);
      });
      this.next = turn;
      this.busy = turn.catch(() => undefined);
    }
    this.waiting.push(item);
    return this.next;
  }
}
