/** Work that waits, of one owner, in the order it came. */
interface Waiting {
  readonly owner: string;
  readonly work: (() => void)[];
  at: number;
}

/**
 * So much work at once, and owners in turn for the rest: whoever comes with one piece of work is next, however much
 * another has waiting. Nothing waits while there is a hand free, and then it costs nothing.
 */
export class FairTurns {
  private readonly owners = new Map<string, Waiting>();
  private busy = 0;

  /** @param hands how much is under way at once */
  constructor(private readonly hands: number) {}

  run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    if (this.busy < this.hands) return this.begin(work);
    return new Promise<T>((resolve, reject) => {
      this.wait(owner, () => this.begin(work).then(resolve, reject));
    });
  }

  /** how many owners wait */
  get waiting(): number {
    return this.owners.size;
  }

  private begin<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    const doing = work();
    doing.then(this.end, this.end);
    return doing;
  }

  private readonly end = (): void => {
    this.busy--;
    this.next()?.();
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
