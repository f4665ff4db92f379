import type { LoopShare } from './loop-share.js';

/** Work that waits, of one owner, in the order it came. */
interface Waiting {
  readonly owner: string;
  readonly work: (() => void)[];
  at: number;
}

export interface Hands {
  /** work under way at once while all of it is one owner's: enough to fill an append */
  readonly alone: number;
  /** while several have some: whoever comes next waits for no more than this, also for the processor */
  readonly shared: number;
}

/** ms after which an owner of whom nothing was heard does not count as being there. */
const HEARD_OF = 2_000;

/**
 * So much work at once, and owners in turn for the rest: whoever comes with one piece of work is next, however much
 * another has waiting. Nothing waits while there is a hand free, and then it costs nothing.
 */
export class FairTurns {
  private readonly owners = new Map<string, Waiting>();
  private busy = 0;
  private lastOwner: string | undefined;
  private sharedUntil = Number.NEGATIVE_INFINITY;

  /** @param now ms, of any clock that only goes forward */
  constructor(
    private readonly hands: Hands,
    private readonly now: () => number = () => performance.now(),
    /** for work that begins with much to compute */
    private readonly share?: LoopShare,
  ) {}

  run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    if (owner !== this.lastOwner) this.noteOther(owner);
    if (this.owners.size === 0 && this.hasHand()) return this.begin(work);
    return new Promise<T>((resolve, reject) => {
      this.wait(owner, () => this.begin(work).then(resolve, reject));
    });
  }

  /** how many owners wait */
  get waiting(): number {
    return this.owners.size;
  }

  private noteOther(owner: string): void {
    if (this.lastOwner !== undefined) this.sharedUntil = this.now() + HEARD_OF;
    this.lastOwner = owner;
  }

  private hasHand(): boolean {
    const { alone, shared } = this.hands;
    return this.busy < shared || (this.busy < alone && this.now() >= this.sharedUntil);
  }

  private begin<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    const doing = this.share ? this.share.begin().then(work) : work();
    doing.then(this.end, this.end);
    return doing;
  }

  private readonly end = (): void => {
    this.busy--;
    while (this.owners.size > 0 && this.hasHand()) this.next()?.();
  };

  private wait(owner: string, begin: () => void): void {
    const known = this.owners.get(owner);
    if (known) known.work.push(begin);
    else this.owners.set(owner, { owner, work: [begin], at: 0 });
  }

  /** The owner that has waited longest for a turn; behind the others with what is left. */
  private next(): (() => void) | undefined {
    const [first] = this.owners.values();
    if (!first) return undefined;
    this.owners.delete(first.owner);
    const begin = first.work[first.at++];
    if (first.at < first.work.length) this.owners.set(first.owner, compacted(first));
    return begin;
  }
}

const COMPACT_AT = 1_024;

/** Lets go of what was begun, now and then: shifting an array each time would cost its length. */
const compacted = (waiting: Waiting): Waiting =>
  waiting.at < COMPACT_AT ? waiting : { ...waiting, work: waiting.work.slice(waiting.at), at: 0 };
