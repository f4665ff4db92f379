import { comparePositions, type Position } from '../kernel/event.js';

/**
 * Tracks work that ends out of order, and says up to where everything has ended. A checkpoint taken here never
 * passes an event whose reactions are still under way.
 */
export class Watermark {
  private readonly open: { readonly position: Position; done: boolean }[] = [];
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
    this.begin(position)();
  }

  get position(): Position | undefined {
    return this.safe;
  }

  get pending(): number {
    return this.open.length - this.first;
  }

  private advance(): void {
    while (this.first < this.open.length && this.open[this.first]!.done) {
      const { position } = this.open[this.first++]!;
      if (this.safe === undefined || comparePositions(this.safe, position) < 0) this.safe = position;
    }
    if (this.first > 1_024 && this.first * 2 > this.open.length) {
      this.open.splice(0, this.first);
      this.first = 0;
    }
  }
}
