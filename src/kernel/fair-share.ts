import { Heap } from './heap.js';

/** What one piece of work of a priority costs its owner: 16 high ones weigh as much as 4 normal ones or 1 low one. */
export const COST = { high: 1 / 16, normal: 1 / 4, low: 1 } as const;
export type Rank = keyof typeof COST;

const RANKS: readonly Rank[] = ['high', 'normal', 'low'];
/** owners remembered who have had more than their share and nothing waiting; the rest start anew */
const REMEMBERED = 10_000;

/** Work that may be done in any order among itself, told apart by `key`. */
export interface Flow {
  readonly key: string;
  readonly owner: string;
  readonly priority: Rank;
}

/** The waiting work of an owner in one priority, flows in turn. */
interface Line<F> {
  start: number;
  readonly ready: Map<string, F>;
}

interface Owner<F> {
  readonly name: string;
  start: number;
  clock: number;
  /** of the only heap entry that still counts */
  entry: Entry<F> | undefined;
  readonly lines: Readonly<Record<Rank, Line<F>>>;
}

interface Entry<F> {
  readonly owner: Owner<F>;
  readonly finish: number;
  readonly turn: number;
}

interface Known<F> {
  readonly flow: F;
  waiting: number;
  held: boolean;
}

/**
 * Who is next: start-time fair queueing (Goyal, Vin and Cheng 1996) between owners, and again between the
 * priorities of one owner. However much one owner has waiting, another who comes with one piece of work is next, or
 * next after those who came as lately; every priority moves on in proportion to its weight, so none starves.
 */
export class FairShare<F extends Flow> {
  private readonly known = new Map<string, Known<F>>();
  private readonly owners = new Map<string, Owner<F>>();
  private readonly heap = new Heap<Entry<F>>((a, b) =>
    a.finish === b.finish ? a.turn < b.turn : a.finish < b.finish,
  );
  private clock = 0;
  /** the clocks as they were before the last turn, should it be refunded */
  private before = { key: '', clock: 0, own: 0 };
  private turn = 0;
  private active = 0;

  /** How much of a flow waits, as far as is known. */
  waiting(key: string): number {
    return this.known.get(key)?.waiting ?? 0;
  }

  /** whether anything could be taken */
  get isEmpty(): boolean {
    return this.active === 0;
  }

  /** The flow whose turn it is, where no other could have it. */
  get only(): F | undefined {
    if (this.active !== 1) return undefined;
    let only: F | undefined;
    for (const { flow, waiting, held } of this.known.values()) {
      if (held || waiting === 0) continue;
      if (only) return undefined;
      only = flow;
    }
    return only;
  }

  /** every flow with something waiting, held ones too */
  *all(): Iterable<{ readonly flow: F; readonly waiting: number; readonly held: boolean }> {
    yield* this.known.values();
  }

  add(flow: F, count = 1): void {
    this.set(flow, this.waiting(flow.key) + count);
  }

  /** So much waits, whatever was known. */
  set(flow: F, waiting: number): void {
    const known = this.known.get(flow.key);
    if (!known) {
      if (waiting <= 0) return;
      const made = { flow, waiting, held: false };
      this.known.set(flow.key, made);
      this.enter(made);
      return;
    }
    const before = known.waiting;
    known.waiting = Math.max(0, waiting);
    if (known.held) return;
    if (before > 0 && known.waiting === 0) this.leave(known);
    if (before === 0 && known.waiting > 0) this.enter(known);
    if (known.waiting === 0) this.drop(flow.key);
  }

  /** It may not be done yet: others go first, and it gains nothing by waiting. */
  hold(flow: F): void {
    const known = this.known.get(flow.key);
    if (known?.held) return;
    if (known) {
      known.held = true;
      if (known.waiting > 0) this.leave(known);
    } else this.known.set(flow.key, { flow, waiting: 0, held: true });
  }

  /** It may be done again. */
  free(key: string): void {
    const known = this.known.get(key);
    if (!known?.held) return;
    known.held = false;
    if (known.waiting > 0) this.enter(known);
    else this.drop(key);
  }

  /** Takes the flow whose turn it is: one piece less waits. */
  next(): F | undefined {
    for (let entry = this.heap.pop(); entry; entry = this.heap.pop()) {
      const { owner } = entry;
      if (owner.entry !== entry) continue;
      owner.entry = undefined;
      const rank = rankOf(owner)!;
      const line = owner.lines[rank];
      const [flow] = line.ready.values() as Iterable<F> as [F];
      line.ready.delete(flow.key);
      line.ready.set(flow.key, flow);
      this.before = { key: flow.key, clock: this.clock, own: owner.clock };
      this.clock = Math.max(this.clock, owner.start);
      owner.clock = Math.max(owner.clock, line.start);
      owner.start += COST[rank];
      line.start += COST[rank];
      this.set(flow, this.waiting(flow.key) - 1);
      this.place(owner);
      return flow;
    }
    return undefined;
  }

  /**
   * Takes a piece of this flow, which waits: in its turn where no other could have it. Otherwise out of turn, which keeps
   * nobody from being next: it costs its owner what a turn costs, and the clock stands.
   */
  take(flow: F): void {
    if (this.only?.key === flow.key) {
      this.next();
      return;
    }
    const owner = this.ownerOf(flow.owner);
    owner.start += COST[flow.priority];
    owner.lines[flow.priority].start += COST[flow.priority];
    this.before = { key: '', clock: 0, own: 0 };
    this.set(flow, this.waiting(flow.key) - 1);
    this.place(owner);
  }

  /**
   * What {@link next} or {@link take} took was not done after all: it costs its owner nothing. Said of the last turn, it
   * was never taken; the clock does not run for it, or those who are held would all be as late as the last that was
   * tried.
   */
  refund(flow: F): void {
    const owner = this.owners.get(flow.owner);
    if (!owner) return;
    if (this.before.key === flow.key) {
      this.clock = this.before.clock;
      owner.clock = this.before.own;
      this.before = { key: '', clock: 0, own: 0 };
    }
    owner.start -= COST[flow.priority];
    owner.lines[flow.priority].start -= COST[flow.priority];
    this.place(owner);
  }

  private enter({ flow }: Known<F>): void {
    const owner = this.ownerOf(flow.owner);
    const line = owner.lines[flow.priority];
    if (isIdle(owner)) {
      owner.start = Math.max(owner.start, this.clock);
      this.active++;
    }
    if (line.ready.size === 0) line.start = Math.max(line.start, owner.clock);
    line.ready.set(flow.key, flow);
    this.place(owner);
  }

  private leave({ flow }: Known<F>): void {
    const owner = this.ownerOf(flow.owner);
    owner.lines[flow.priority].ready.delete(flow.key);
    if (!isIdle(owner)) {
      this.place(owner);
      return;
    }
    owner.entry = undefined;
    this.active--;
    if (this.owners.size > this.active + REMEMBERED) this.forget();
  }

  /** Puts the owner where it belongs; an older entry of it counts no more. */
  private place(owner: Owner<F>): void {
    const rank = rankOf(owner);
    if (!rank) return;
    const finish = owner.start + COST[rank];
    if (owner.entry?.finish === finish) return;
    owner.entry = { owner, finish, turn: this.turn++ };
    this.heap.push(owner.entry);
  }

  private ownerOf(name: string): Owner<F> {
    const known = this.owners.get(name);
    if (known) return known;
    const line = (): Line<F> => ({ start: 0, ready: new Map() });
    const lines = { high: line(), normal: line(), low: line() };
    const made: Owner<F> = { name, start: this.clock, clock: 0, entry: undefined, lines };
    this.owners.set(name, made);
    return made;
  }

  private drop(key: string): void {
    this.known.delete(key);
    if (this.known.size === 0) this.forget();
  }

  private forget(): void {
    for (const owner of this.owners.values()) if (isIdle(owner)) this.owners.delete(owner.name);
  }
}

const isIdle = <F>({ lines }: Owner<F>): boolean => RANKS.every((rank) => lines[rank].ready.size === 0);

/** The priority whose turn it is among what the owner has. */
function rankOf<F>({ lines }: Owner<F>): Rank | undefined {
  let best: Rank | undefined;
  for (const rank of RANKS) {
    if (lines[rank].ready.size === 0) continue;
    if (!best || lines[rank].start + COST[rank] < lines[best].start + COST[best]) best = rank;
  }
  return best;
}
