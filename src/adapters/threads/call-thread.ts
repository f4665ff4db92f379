import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../kernel/errors.js';

/** Calls of one turn of the event loop, and their answers, travel together. */
export type Asked<In> = readonly { readonly id: number; readonly input: In }[];
export type Answered<Out> = readonly (
  | { readonly id: number; readonly output: Out }
  | { readonly id: number; readonly error: string }
)[];

interface Waiting<Out> {
  done(output: Out): void;
  fail(error: unknown): void;
}

/**
 * A thread that answers calls, for what computes too long to keep the event loop from everything else. It is started
 * by the first call, and again by the next one after it died.
 */
export class CallThread<In, Out> {
  private readonly waiting = new Map<number, Waiting<Out>>();
  private asked: { readonly id: number; readonly input: In }[] = [];
  private worker: Worker | undefined;
  private calls = 0;
  private isClosed = false;

  /** @param entry module that calls {@link file://./answer-calls.ts} @param data what it is given at its start */
  constructor(
    private readonly entry: URL,
    private readonly data: unknown,
  ) {}

  /** @throws Refusal THREAD_LOST (retryable) when the thread died over it, or what the thread refused it with */
  call(input: In): Promise<Out> {
    return new Promise((done, fail) => {
      const id = this.calls++;
      this.waiting.set(id, { done, fail });
      this.asked.push({ id, input });
      if (this.asked.length === 1) void this.send();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.worker?.terminate();
    this.lose(new Error('closed'));
  }

  private async send(): Promise<void> {
    await nextTurn();
    const asked: Asked<In> = this.asked.splice(0);
    try {
      this.worker ??= this.start();
      this.worker.postMessage(asked);
    } catch (error) {
      for (const { id } of asked) this.settle(id, ({ fail }) => fail(error));
    }
  }

  private start(): Worker {
    if (this.isClosed) throw lost(new Error('closed'));
    const worker = new Worker(this.entry, { workerData: this.data, execArgv: [] });
    worker.unref();
    worker.on('message', (answered: Answered<Out>) => {
      for (const answer of answered)
        this.settle(answer.id, ({ done, fail }) =>
          'output' in answer ? done(answer.output) : fail(new Error(answer.error)),
        );
    });
    const ended = (error: unknown) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.lose(error);
    };
    worker.on('error', ended);
    worker.on('exit', (code) => ended(new Error(`the thread ended with ${code}`)));
    return worker;
  }

  private settle(id: number, how: (waiting: Waiting<Out>) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting) how(waiting);
  }

  /** What is asked for and not sent yet goes to the next thread. */
  private lose(cause: unknown): void {
    const unsent = new Set(this.asked.map(({ id }) => id));
    for (const id of [...this.waiting.keys()])
      if (!unsent.has(id) || this.isClosed) this.settle(id, ({ fail }) => fail(lost(cause)));
  }
}

const lost = (cause: unknown): Refusal =>
  new Refusal('THREAD_LOST', 'The thread that computes this has ended.', {}, 'retryable', { cause });
