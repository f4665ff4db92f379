/** Lets so many at once do something under one name; the others wait in the order in which they came. */
export class Turns {
  readonly #under = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(private readonly atOnce: number) {}

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#under.get(name) ?? { running: 0, waiting: [] };
    this.#under.set(name, turn);
    // whoever ends hands its place on, so that nobody who comes now can take it
    if (turn.running < this.atOnce) turn.running += 1;
    else await new Promise<void>((wake) => turn.waiting.push(wake));
    try {
      return await work();
    } finally {
      const next = turn.waiting.shift();
      if (next) next();
      else if (--turn.running === 0) this.#under.delete(name);
    }
  }
}
