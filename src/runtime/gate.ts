/** Lets callers wait until something has come down to a bound. */
export class Gate {
  private waiting: (() => void)[] = [];

  constructor(private readonly isOpen: () => boolean) {}

  async pass(): Promise<void> {
    while (!this.isOpen()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Call whenever the condition may have changed. */
  notify(): void {
    if (this.waiting.length === 0 || !this.isOpen()) return;
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}
