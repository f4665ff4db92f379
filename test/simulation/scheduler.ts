/** Whose code runs in a happening. One that has crashed, or was restarted since, runs nothing any more. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  /** ms of simulated time before which nothing of it runs: a paused process */
  readonly pausedUntil: number;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner | undefined;
  readonly what: string;
  readonly run: () => void;
  cancelled: boolean;
}

/** A loop that has nothing to do until something else happens may be late for it: it is what worlds would mostly do. */
const isIdleLoop = (ms: number): boolean => ms === 500;
const IDLE_MS = 1_000;

const nextTurn = setImmediate;
/**
 * Turns asked for at once: what one has started runs before the next one, and the loop of the machine, which has
 * nothing to add, goes round once for all of them.
 */
const TURNS = 64;

/**
 * Simulated time. One thing happens after another, in an order that the seed decides, and each runs until nothing
 * of it is left to do but to wait: then the next one happens. Real time plays no part.
 */
export class Scheduler {
  now: number;
  /** whose code runs right now: what it starts is its own */
  current: Owner | undefined;
  steps = 0;
  readonly failures: unknown[] = [];
  private readonly heap: Happening[] = [];
  private idle: Happening[] = [];
  private ordered = 0;

  constructor(
    readonly began: number,
    private readonly note: (at: number, owner: string, what: string) => void,
  ) {
    this.now = began;
  }

  /** @param ms rounded up: clocks tell whole ones */
  after(ms: number, owner: Owner | undefined, what: string, run: () => void): () => void {
    const at = this.now + Math.max(0, Math.ceil(ms));
    const happening = { at, order: this.ordered++, owner, what, run, cancelled: false };
    this.push(happening);
    return () => {
      happening.cancelled = true;
    };
  }

  /** What the runtime calls setTimeout. */
  timeout(ms: number, run: () => void): () => void {
    const owner = this.current;
    if (!isIdleLoop(ms)) return this.after(ms, owner, 'timeout', run);
    const idle = {
      at: this.now + IDLE_MS,
      order: this.ordered++,
      owner,
      what: 'idle loop',
      run,
      cancelled: false,
    };
    this.idle.push(idle);
    return () => {
      idle.cancelled = true;
    };
  }

  /**
   * Lets things happen until `done` says so, nothing is left, or `limit` things have happened.
   * @returns false when the limit was met
   */
  run(done: () => boolean, limit: number): Promise<boolean> {
    return new Promise((resolve) => {
      let left = 0;
      let isOver = false;
      const end = (isDone: boolean) => {
        isOver = true;
        resolve(isDone);
      };
      const turn = () => {
        if (isOver) return;
        if (done() || this.steps >= limit) return end(this.steps < limit);
        const next = this.next();
        if (!next) return end(true);
        this.carryOut(next);
        // everything it has started has run by the next turn, as far as it can
        if (--left > 0) return;
        left = TURNS;
        for (let n = 0; n < TURNS; n++) nextTurn(turn);
      };
      turn();
    });
  }

  private carryOut(happening: Happening): void {
    this.steps++;
    this.current = happening.owner;
    this.note(this.now, happening.owner?.name ?? '-', happening.what);
    try {
      happening.run();
    } catch (error) {
      this.failures.push(error);
    }
  }

  private next(): Happening | undefined {
    for (;;) {
      const first = this.heap[0];
      const late = this.idle.find(
        ({ at, owner, cancelled }) => !cancelled && owner?.alive && (!first || at <= first.at),
      );
      if (late) {
        this.idle = this.idle.filter((one) => one !== late && !one.cancelled && one.owner?.alive);
        this.now = Math.max(this.now, first?.at ?? late.at);
        return late;
      }
      if (!first) return undefined;
      const happening = this.pop()!;
      const { owner, cancelled } = happening;
      if (cancelled || owner?.alive === false) continue;
      this.now = Math.max(this.now, happening.at);
      if (owner && owner.pausedUntil > this.now) {
        this.push({ ...happening, at: owner.pausedUntil });
        continue;
      }
      return happening;
    }
  }

  private push(happening: Happening): void {
    const { heap } = this;
    let i = heap.push(happening) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent]!, heap[i]!)) break;
      [heap[parent], heap[i]] = [heap[i]!, heap[parent]!];
      i = parent;
    }
  }

  private pop(): Happening | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      if (left >= heap.length) return top;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
      if (isBefore(heap[i]!, heap[child]!)) return top;
      [heap[child], heap[i]] = [heap[i]!, heap[child]!];
      i = child;
    }
  }
}

const isBefore = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
