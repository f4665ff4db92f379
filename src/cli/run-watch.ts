import { Refusal } from '../kernel/errors.js';
import type { ApiClient } from './api/client.js';
import { follow } from './api/follow.js';
import type { PlanStep } from './api/views.js';
import { type Board, emptyBoard, heard, withPlan } from './run-board.js';
import { changeLines } from './show/board-lines.js';
import type { Screen } from './show/screen.js';

/** A workflow as its stream tells it, and waiting for what it will tell. */
export class RunWatch {
  private state: Board = emptyBoard;
  private readonly left = new AbortController();
  private lost: unknown;
  private wake: () => void = () => {};

  /** @param signal stops watching, with its reason as the error of whoever waits */
  constructor(
    { url, apiKey }: ApiClient,
    workflowId: string,
    private readonly screen: Screen,
    signal?: AbortSignal,
  ) {
    signal?.addEventListener('abort', () => this.lose(signal.reason), { once: true });
    follow({
      url,
      apiKey,
      workflowId,
      signal: this.left.signal,
      onLost: () => screen.warn('The connection was lost; the run goes on. Connecting again …'),
      onMessage: (message) => this.hear(heard(this.state, message)),
    }).catch((error: unknown) => this.lose(error));
  }

  get board(): Board {
    return this.state;
  }

  expect(steps: readonly PlanStep[]): void {
    this.state = withPlan(this.state, steps);
  }

  leave(): void {
    this.left.abort();
  }

  /** @throws Refusal with the code and sentence the workflow ended with, when it ended before it began */
  refuseIfOver(code: string, message: string): void {
    const { phase, failure } = this.state;
    if (phase !== 'refused') return;
    const sentence = failure?.message || message;
    throw new Refusal(failure?.code || code, `${sentence} Nothing was spent.`);
  }

  /** @throws Refusal NOT_REACHED or STREAM_REFUSED when the stream is gone, or the reason of the signal */
  async until(holds: (board: Board) => boolean): Promise<void> {
    while (!holds(this.state)) {
      if (this.lost) throw this.lost;
      await this.next();
    }
  }

  /** As {@link until}, for `patience` ms at most: what is late may still come, and is looked for elsewhere. */
  async untilOrLate(holds: (board: Board) => boolean, patience: number): Promise<void> {
    const end = performance.now() + patience;
    while (!holds(this.state) && performance.now() < end) {
      if (this.lost) throw this.lost;
      await this.next(end - performance.now());
    }
  }

  private next(patience?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = patience === undefined ? undefined : setTimeout(resolve, patience);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private lose(error: unknown): void {
    this.lost = error;
    this.leave();
    this.wake();
  }

  private hear(board: Board): void {
    const before = this.state;
    this.state = board;
    const lines = this.screen.moves ? [] : changeLines(before, board);
    if (lines.length > 0) this.screen.say(...lines);
    this.wake();
  }
}
