import { workflow } from '../commands/workflow/decide.js';
import { currentStep } from '../commands/workflow/services.js';
import type { WorkflowState } from '../commands/workflow/state.js';
import type { Job, JobQueue, Priority } from '../ports/jobs.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { StepTask } from '../sagas/reaction.js';

/** Whoever makes a job knows its run, not whose it is. This says so: users share the workers fairly. */
export class OwnedJobs implements Pick<JobQueue, 'publish'> {
  constructor(
    private readonly queue: Pick<JobQueue, 'publish'>,
    private readonly runs: Pick<Dispatch, 'load'>,
  ) {}

  async publish(jobs: readonly Job[]): Promise<void> {
    return this.queue.publish(await Promise.all(jobs.map((job) => this.owned(job))));
  }

  async owned(job: Job): Promise<Job> {
    const { workflowId, userId } = job.payload as {
      readonly workflowId?: unknown;
      readonly userId?: unknown;
    };
    if (job.owner !== undefined) return job;
    if (typeof userId === 'string') return { ...job, owner: userId };
    if (typeof workflowId !== 'string') return job;
    const { state } = await this.runs.load(workflow, workflowId, knowing(job));
    return state.status === 'none' ? job : withOwner(job, state);
  }
}

/**
 * The revision at which all is known that is asked for here. An owner never changes; which service a step calls is
 * known once it was scheduled, and memory may be behind that: without its service a call would pass its limits.
 */
const knowing = ({ kind, payload }: Job): number | undefined =>
  kind === 'step' ? (payload as Partial<StepTask>).revision : 0;

function withOwner(job: Job, state: Exclude<WorkflowState, { readonly status: 'none' }>): Job {
  const { userId: owner, priority: its = job.priority } = state.created;
  const owned = { ...job, owner, priority: its };
  // a person waits for the proof of a single run; those of a batch can come later
  if (job.kind === 'prove' && state.created.batchId !== undefined) return { ...owned, priority: below(its) };
  if (job.kind !== 'step') return owned;
  const { stepId, attempt, undo } = job.payload as Partial<StepTask>;
  const service = calledBy(state, stepId, undo);
  const priority = undo ? 'high' : lowered(its, attempt ?? 1);
  return { ...owned, priority, ...(service !== undefined && { service }) };
}

/** The service a step calls now: an alternative it went to, or the one that undoes it, has limits of its own. */
function calledBy(state: WorkflowState, stepId = '', undo?: true): string | undefined {
  if (!('plan' in state) || !state.plan?.steps.some(({ id }) => id === stepId)) return undefined;
  const { plan } = state;
  const step = currentStep({ plan, ...('rounds' in state && { rounds: state.rounds }) }, stepId);
  return (undo ? step.compensation?.service : step.service)?.id;
}

/** What is tried again comes behind what others try for the first time. */
const lowered = (priority: Priority, attempt: number): Priority =>
  attempt <= 1 ? priority : below(priority);

const below = (priority: Priority): Priority => (priority === 'high' ? 'normal' : 'low');
