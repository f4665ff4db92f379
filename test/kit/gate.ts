/** A promise that the test opens, so that an order of things is made and not waited for. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Collects what happens and lets a test wait until there are so many. */
export class Seen<T> {
  readonly all: T[] = [];
  private readonly waiters = new Set<{ count: number; resolve: () => void }>();

  add(one: T): void {
    this.all.push(one);
    for (const waiter of this.waiters) {
      if (this.all.length < waiter.count) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }

  async count(count: number): Promise<readonly T[]> {
    if (this.all.length < count) {
      await new Promise<void>((resolve) => this.waiters.add({ count, resolve }));
    }
    return this.all;
  }
}
