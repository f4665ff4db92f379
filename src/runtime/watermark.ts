import { comparePositions, type Position } from '../kernel/event.js';

/**
 * Tracks work that ends out of order, and says up to where everything has ended. A checkpoint taken here never
 * passes an event whose reactions are still under way.
 */
export class Watermark {
  private readonly open: { position: Position; done: boolean }[] = [];
  private first = 0;
  private safe: Position | undefined;

  constructor(start: Position | undefined) {
    this.safe = start;
  }

  /** @returns a function to call when the work at `position` has ended */
  begin(position: Position): () => void {
    const entry = { position, done: false };
    this.open.push(entry);
    return () => {
      entry.done = true;
      this.advance();
    };
  }

  /** Everything up to `position` has been handed out: a batch may end with events nobody wanted. */
  reached(position: Position): void {
    const last = this.open.at(-1);
    if (this.pending === 0) this.pass(position);
    else if (last!.done && comparePositions(last!.position, position) <= 0) last!.position = position;
    else this.open.push({ position, done: true });
  }

  get position(): Position | undefined {
    return this.safe;
  }

  get pending(): number {
    return this.open.length - this.first;
  }

  private advance(): void {
    while (this.first < this.open.length && this.open[this.first]!.done) {
      this.pass(this.open[this.first++]!.position);
    }
    if (this.first > 1_024 && this.first * 2 > this.open.length) {
      this.open.splice(0, this.first);
      this.first = 0;
    }
  }

  private pass(position: Position): void {
    if (this.safe === undefined || comparePositions(this.safe, position) < 0) this.safe = position;
  }
}
