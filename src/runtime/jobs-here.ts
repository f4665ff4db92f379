import { isRefusal } from '../kernel/errors.js';
import type { Job, JobKind, JobQueue } from '../ports/jobs.js';
import type { Log } from './log.js';

/** What this process does itself, as soon as it is asked for. */
export type DoneHere = Readonly<Partial<Record<JobKind, (job: Job) => Promise<void>>>>;

/**
 * Jobs that need no other machine are done by the process that asks for them, if it takes such jobs at all: the way
 * through the queue would cost more than they do. One that fails goes to the queue, where it is tried again, and
 * where those that cannot be done are found.
 */
export class JobsHere implements Pick<JobQueue, 'publish'> {
  constructor(
    private readonly queue: Pick<JobQueue, 'publish'>,
    private readonly here: DoneHere,
    private readonly log: Log,
  ) {}

  async publish(jobs: readonly Job[]): Promise<void> {
    const done = await Promise.all(jobs.map((job) => this.done(job)));
    const left = jobs.filter((_job, index) => !done[index]);
    if (left.length > 0) await this.queue.publish(left);
  }

  private async done(job: Job): Promise<boolean> {
    const work = this.here[job.kind];
    if (!work) return false;
    try {
      await work(job);
      return true;
    } catch (error) {
      const code = isRefusal(error) ? error.code : 'UNEXPECTED';
      this.log.warn({ job: job.id, code }, 'left to the queue');
      return false;
    }
  }
}
