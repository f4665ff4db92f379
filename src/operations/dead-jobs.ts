import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import type { DeadLetter, DeadLetters, Job } from '../ports/jobs.js';
import { type Caller, contextOf } from '../requests/caller.js';
import { type AuditParts, recordAudit, recordRefused } from './audit-trail.js';
import { type JobIds, withIds } from './job-ids.js';

export interface OnDeadJob {
  readonly letter: DeadLetter;
  readonly position: Position;
}

type Action = 'rerun-job' | 'edit-job' | 'drop-job';

/**
 * What operators do with jobs that were given up. Each act is on record before it is done, and so is each one
 * refused; jobs of one workflow are run again in their order.
 */
export class DeadJobs {
  constructor(
    private readonly dead: DeadLetters,
    private readonly audit: AuditParts,
  ) {}

  list: DeadLetters['list'] = (query) => this.dead.list(query);

  /** @throws Refusal NOT_FOUND */
  async one(id: string): Promise<DeadLetter> {
    const letter = await this.dead.get(id);
    if (!letter) throw new Refusal('NOT_FOUND', 'There is no such dead job.');
    return letter;
  }

  /** @throws Refusal NOT_FOUND, JOB_UNREADABLE, or EARLIER_JOB_DEAD {earlier} */
  rerun(caller: Caller, id: string): Promise<OnDeadJob> {
    return this.act(caller, id, 'rerun-job', async (letter) => {
      await this.requireNoneBefore(letter, readable(letter));
      return { changed: [], perform: () => this.dead.rerun(id) };
    });
  }

  /** @throws Refusal NOT_FOUND, JOB_UNREADABLE, or VALIDATION_FAILED */
  edit(caller: Caller, id: string, ids: JobIds): Promise<OnDeadJob> {
    return this.act(caller, id, 'edit-job', async (letter) => {
      const { payload, changed } = withIds(readable(letter).payload, ids);
      return { changed, perform: async () => (await this.dead.edit(id, payload)) ?? false };
    });
  }

  /** @throws Refusal NOT_FOUND */
  drop(caller: Caller, id: string): Promise<OnDeadJob> {
    return this.act(caller, id, 'drop-job', async () => ({ changed: [], perform: () => this.dead.drop(id) }));
  }

  private async requireNoneBefore({ id }: DeadLetter, { correlationId }: Job): Promise<void> {
    const [first] = await this.dead.list({ correlationId, limit: 1 });
    if (!first || first.id >= id) return;
    throw new Refusal(
      'EARLIER_JOB_DEAD',
      `An earlier job of ${correlationId} is dead, too: run ${first.id} again first, or drop it.`,
      { earlier: first.id, correlationId },
    );
  }

  private async act(
    caller: Caller,
    id: string,
    action: Action,
    prepare: (letter: DeadLetter) => Promise<{
      readonly changed: readonly string[];
      readonly perform: () => Promise<boolean | DeadLetter>;
    }>,
  ): Promise<OnDeadJob> {
    const letter = await this.one(id);
    const context = contextOf(caller, action, letter.job?.correlationId ?? id);
    try {
      const { changed, perform } = await prepare(letter);
      const job = letter.job?.id.slice(0, 300) ?? '';
      const acted = { type: 'OperatorActed', v: 1, action, target: id, job, changed } as const;
      const { position } = await recordAudit(this.audit, acted, context);
      const done = await perform();
      if (done === false)
        throw new Refusal('WRONG_STATE', 'Somebody else was faster: it is no longer there.');
      return { letter: done === true ? letter : done, position };
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'terminal') {
        const what = { category: 'job', aggregateId: id, command: action };
        await recordRefused(this.audit, what, error, context);
      }
      throw error;
    }
  }
}

function readable({ job }: DeadLetter): Job {
  if (job) return job;
  throw new Refusal('JOB_UNREADABLE', 'This version cannot read the job: it can only be dropped.');
}
