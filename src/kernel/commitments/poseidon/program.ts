/** Calls of the module's functions, written down in the order in which its function `run` makes them. */
export class Program {
  readonly words: number[] = [];

  dotProduct(left: number, right: number, count: number, to: number): void {
    this.words.push(count, left, right, to);
  }

  fifthPower(of: number, plus: number, to: number): void {
    this.words.push(0, of, plus, to);
  }
}
