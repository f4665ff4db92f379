import { isRefusal } from '../kernel/errors.js';
import type { Job, JobKind, JobQueue } from '../ports/jobs.js';
import type { Log } from './log.js';
import { persist } from './persist.js';
import type { Begun, DirectJobs, InTurn } from './reactor.js';
import type { SpareTime } from './spare-time.js';

/** What this process does itself, as soon as it is asked for. */
export type DoneHere = Readonly<Partial<Record<JobKind, (job: Job) => Promise<void>>>>;

/**
 * Jobs that need no other machine are done by the process that asks for them, if it takes such jobs at all: the way
 * through the queue would cost more than they do. Nothing else waits for them, neither for a turn nor for an answer;
 * until one is done, what asked for it counts as not done, so that a restart asks again. One that fails goes to the
 * queue, where it is tried again, and where those that cannot be done are found.
 */
export class JobsHere implements DirectJobs {
  private readonly stopping = new AbortController();

  /**
   * @param others for jobs of kinds that are not done here
   * @param spare says when those that are done here may begin, and is stopped with this
   * @param inTurn bounds how many of them are under way
   */
  constructor(
    private readonly others: DirectJobs,
    private readonly queue: Pick<JobQueue, 'publish'>,
    private readonly here: DoneHere,
    private readonly spare: SpareTime,
    private readonly inTurn: InTurn,
    private readonly log: Log,
  ) {}

  async begin(job: Job, mayBeRepeated: boolean): Promise<Begun | undefined> {
    const work = this.here[job.kind];
    return work ? { kept: this.kept(job, work) } : this.others.begin(job, mayBeRepeated);
  }

  flush(): void {
    this.others.flush();
  }

  /** What has not begun by now is left to the next start. */
  stop(): void {
    this.stopping.abort();
    this.spare.stop();
  }

  private async kept(job: Job, work: (job: Job) => Promise<void>): Promise<boolean> {
    const { signal } = this.stopping;
    try {
      const mayBegin = this.spare.begin();
      if (mayBegin) await mayBegin;
      return await this.inTurn(job.correlationId, async () => {
        if (signal.aborted) return false;
        await work(job);
        return true;
      });
    } catch (error) {
      const code = isRefusal(error) ? error.code : 'UNEXPECTED';
      this.log.warn({ job: job.id, code }, 'left to the queue');
      return persist(() => this.queue.publish([job]), { signal, log: this.log, what: `queue ${job.id}` });
    }
  }
}
