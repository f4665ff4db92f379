import type { HandedJob, Job, JobContext } from '../ports/jobs.js';
import type { HandedFigures } from './handed-figures.js';
import { flowOf } from './job-flow.js';
import type { JobTurns, Turn } from './job-turns.js';

interface Running extends HandedFigures {
  end(how: 'done' | 'left'): void;
}

/** What one worker was handed past the queue: it takes hands, turns and permits like what it takes from there. */
export class HandedJobs {
  private readonly running = new Set<Running>();
  private readonly ends = new Set<Promise<unknown>>();
  private asking = 0;
  private closed = false;

  constructor(
    private readonly turns: JobTurns,
    private readonly handle: (job: Job, context: JobContext) => Promise<void>,
    private readonly signal: AbortSignal,
    /** called when hands are free again */
    private readonly onFree: () => void,
    /** ms since the epoch */
    private readonly now: () => number = Date.now,
  ) {}

  /** hands that are taken, or about to be */
  get hands(): number {
    return this.asking + this.running.size;
  }

  get figures(): Iterable<HandedFigures> {
    return this.running;
  }

  /** @param hands that are free */
  async take(job: Job, hands: number): Promise<HandedJob | undefined> {
    if (this.closed) return undefined;
    const flow = flowOf(job);
    this.asking++;
    const turn = await this.turns.takePastQueue(flow, hands).finally(() => this.asking--);
    if (turn && !this.closed) return { ended: this.run(job, turn) };
    turn?.permit.release('unused');
    this.onFree();
    return undefined;
  }

  /** Nothing more is taken. @returns when all that is in hand has ended */
  close(): Promise<unknown> {
    this.closed = true;
    return Promise.all(this.ends);
  }

  /** What has not ended is left to whoever handed it over, whatever becomes of it here. */
  leave(): void {
    for (const one of this.running) one.end('left');
  }

  private run(job: Job, { flow, permit }: Turn): Promise<'done' | 'left'> {
    const ended = new Promise<'done' | 'left'>((resolve) => {
      const one: Running = {
        flow,
        since: this.now(),
        end: (how) => {
          if (!this.running.delete(one)) return;
          resolve(how);
          this.onFree();
        },
      };
      this.running.add(one);
      const finish = (how: 'done' | 'left') => {
        permit.release();
        one.end(how);
      };
      this.handle(job, { delivery: 1, signal: this.signal }).then(
        () => finish('done'),
        () => finish('left'),
      );
    });
    this.ends.add(ended);
    void ended.then(() => this.ends.delete(ended));
    return ended;
  }
}
