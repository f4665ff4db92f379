import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowState } from '../commands/workflow/state.js';
import type { Job, JobQueue, Priority } from '../ports/jobs.js';
import type { Dispatch } from '../runtime/dispatch.js';

/** Whoever makes a job knows its run, not whose it is. This says so: users share the workers fairly. */
export class OwnedJobs implements Pick<JobQueue, 'publish'> {
  constructor(
    private readonly queue: Pick<JobQueue, 'publish'>,
    private readonly runs: Pick<Dispatch, 'load'>,
  ) {}

  async publish(jobs: readonly Job[]): Promise<void> {
    return this.queue.publish(await Promise.all(jobs.map((job) => this.owned(job))));
  }

  private async owned(job: Job): Promise<Job> {
    const { workflowId, userId } = job.payload as {
      readonly workflowId?: unknown;
      readonly userId?: unknown;
    };
    if (job.owner !== undefined) return job;
    if (typeof userId === 'string') return { ...job, owner: userId };
    if (typeof workflowId !== 'string') return job;
    // an owner never changes, and a scheduled step was planned before: any state in memory knows them
    const { state } = await this.runs.load(workflow, workflowId, 0);
    return state.status === 'none' ? job : withOwner(job, state);
  }
}

function withOwner(job: Job, state: Exclude<WorkflowState, { readonly status: 'none' }>): Job {
  const { userId: owner, priority: its = job.priority } = state.created;
  const owned = { ...job, owner, priority: its };
  // a person waits for the proof of a single run; those of a batch can come later
  if (job.kind === 'prove' && state.created.batchId !== undefined) return { ...owned, priority: below(its) };
  if (job.kind !== 'step') return owned;
  const { stepId, attempt, undo } = job.payload as {
    readonly stepId?: string;
    readonly attempt?: number;
    readonly undo?: true;
  };
  const plan = 'plan' in state ? state.plan : undefined;
  const service = plan?.steps.find(({ id }) => id === stepId)?.service?.id;
  const priority = undo ? 'high' : lowered(its, attempt ?? 1);
  return { ...owned, priority, ...(service !== undefined && { service }) };
}

/** What is tried again comes behind what others try for the first time. */
const lowered = (priority: Priority, attempt: number): Priority =>
  attempt <= 1 ? priority : below(priority);

const below = (priority: Priority): Priority => (priority === 'high' ? 'normal' : 'low');
