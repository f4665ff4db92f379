import { Worker } from 'node:worker_threads';
import { Refusal } from '../../kernel/errors.js';

export interface ThreadBounds {
  /** threads at most; each takes one call at a time */
  readonly threads: number;
  /** calls that may wait; one more is refused */
  readonly waiting: number;
  /** ms of one call, after which its thread is ended */
  readonly time: number;
  /** megabytes one thread may hold, beyond which it dies */
  readonly memoryMb: number;
}

interface Job<In, Out> {
  readonly input: In;
  done(output: Out): void;
  fail(error: unknown): void;
}

/** What the thread posts for a call. */
export type Reply<Out> = { readonly output: Out } | { readonly error: string };

/**
 * Threads for what strangers may ask: bounded in number, queue, time and memory, so that no question takes more than
 * its share. A thread is started when it is needed and kept.
 */
export class BoundedThreads<In, Out> {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  private readonly queue: Job<In, Out>[] = [];
  private isClosed = false;

  /** @param entry module that answers every message with one {@link Reply} @param data what it is given at its start */
  constructor(
    private readonly entry: URL,
    private readonly data: unknown,
    private readonly bounds: ThreadBounds,
  ) {}

  get threads(): number {
    return this.bounds.threads;
  }

  /**
   * @throws Refusal OVERLOADED (retryable) when too many wait, TIME_LIMIT or MEMORY_LIMIT (terminal) when this call
   * took more than it may, THREAD_LOST (retryable) when the thread died of something else
   */
  call(input: In): Promise<Out> {
    return new Promise((done, fail) => {
      if (this.isClosed) return fail(lost(new Error('closed')));
      if (this.queue.length >= this.bounds.waiting) return fail(overloaded(this.bounds.waiting));
      this.queue.push({ input, done, fail });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { fail } of this.queue.splice(0)) fail(lost(new Error('closed')));
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  private next(): void {
    while (this.queue.length > 0) {
      if (this.idle.length === 0 && this.all.size >= this.bounds.threads) return;
      const job = this.queue.shift()!;
      try {
        this.run(this.idle.pop() ?? this.start(), job);
      } catch (error) {
        job.fail(lost(error));
      }
    }
  }

  private start(): Worker {
    const worker = new Worker(this.entry, {
      workerData: this.data,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.bounds.memoryMb },
    });
    worker.unref();
    this.all.add(worker);
    // an error between calls would otherwise be one of the whole process; the exit that follows says enough
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.all.delete(worker);
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
      this.next();
    });
    return worker;
  }

  private run(worker: Worker, job: Job<In, Out>): void {
    const { time, memoryMb } = this.bounds;
    const settle = (how: () => void) => {
      clearTimeout(limit);
      worker.off('message', answered);
      worker.off('error', died);
      worker.off('exit', ended);
      how();
    };
    const answered = (reply: Reply<Out>) => {
      settle(() => ('output' in reply ? job.done(reply.output) : job.fail(new Error(reply.error))));
      this.idle.push(worker);
      this.next();
    };
    const died = (error: Error & { code?: string }) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      settle(() => job.fail(isMemory ? tooMuch('MEMORY_LIMIT', `${memoryMb} MB`) : lost(error)));
    };
    const ended = () => settle(() => job.fail(lost(new Error('the thread ended'))));
    const limit = setTimeout(() => {
      settle(() => job.fail(tooMuch('TIME_LIMIT', `${time / 1_000} s`)));
      void worker.terminate();
    }, time);
    worker.on('message', answered);
    worker.on('error', died);
    worker.on('exit', ended);
    worker.postMessage(job.input);
  }
}

const lost = (cause: unknown): Refusal =>
  new Refusal('THREAD_LOST', 'The thread that computes this has ended.', {}, 'retryable', { cause });

const overloaded = (waiting: number): Refusal =>
  new Refusal(
    'OVERLOADED',
    `${waiting} others wait for this already. Try again in a second.`,
    { waiting, retryAfterSeconds: 1 },
    'retryable',
  );

const tooMuch = (code: 'TIME_LIMIT' | 'MEMORY_LIMIT', limit: string): Refusal =>
  new Refusal(code, `This takes more than ${limit}, which is the limit for one.`, { limit });
