import { LRUCache } from 'lru-cache';
import { workflow } from '../commands/workflow/decide.js';
import {
  type Compensating,
  isRunning,
  type Running,
  type WorkflowState,
} from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { type PlanDetails, planDetailsSchema } from '../events/plan.js';
import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { Claimed } from '../kernel/sealed.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { StepTask } from '../sagas/reaction.js';
import type { ExpressionContext } from './expression.js';

/** What stays the same through a run, opened once. */
interface Opened {
  readonly details: PlanDetails;
  readonly secret: Uint8Array;
  readonly request: Json;
  readonly inputs: Json;
}

export type LiveRun = Running | Compensating;

/** About the bytes of what is opened of a run: what is sealed is as long as what it seals, and is not looked through. */
function openedBytes({ created, plan }: LiveRun): number {
  const files = created.attachments.reduce((bytes, { content }) => bytes + content.size, 0);
  return sizeOf(plan.details) + sizeOf(created.request) + files;
}

const sizeOf = (stored: Claimed): number =>
  'artifact' in stored ? stored.artifact.size : stored.data.length;

/** @returns undefined when that attempt is not in flight, by this state */
export function liveRun(state: WorkflowState, { runNo, stepId, attempt }: StepTask): Running | undefined {
  const run = isRunning(state) && state.runNo === runNo ? state : undefined;
  const step = run?.steps[stepId];
  const isLive = (step?.status === 'scheduled' || step?.status === 'running') && step.attempt === attempt;
  return isLive ? run : undefined;
}

/** Gives a worker the plain content a step may see: the request, the files, and the outputs it depends on. */
export class RunViews {
  /** files and expressions in clear: bounded by what they weigh, and one that is being opened by its number */
  private readonly opened = new LRUCache<string, Promise<Opened>>({
    max: LIMITS.openedRuns,
    maxSize: LIMITS.openedRunBytes,
  });

  constructor(
    private readonly dispatch: Pick<Dispatch, 'load'>,
    private readonly content: ContentStore,
  ) {}

  /** @returns undefined when that attempt is not in flight any more: the task is out of date */
  async live(task: StepTask): Promise<Running | undefined> {
    const { state } = await this.dispatch.load(workflow, task.workflowId, task.revision);
    return liveRun(state, task);
  }

  open(run: LiveRun): Promise<Opened> {
    const key = `${run.created.workflowId}/${run.runNo}`;
    const known = this.opened.get(key);
    if (known) return known;
    const opening = this.openRun(run);
    this.opened.set(key, opening, { size: 1 });
    opening.then(
      () => this.opened.set(key, opening, { size: Math.min(openedBytes(run), LIMITS.openedRunBytes / 8) }),
      () => this.opened.delete(key),
    );
    return opening;
  }

  /** @param own its own output too, for what undoes it */
  async contextOf(run: LiveRun, stepId: string, own = false): Promise<ExpressionContext> {
    const { request, inputs } = await this.open(run);
    const steps: Record<string, Json> = {};
    const { dependencies } = run.plan.steps.find((step) => step.id === stepId)!;
    const read = own ? [...dependencies, stepId] : dependencies;
    const outputs = read.map((id) => this.outputOf(run, id));
    // most steps read one output or none
    const values = outputs.length > 1 ? await Promise.all(outputs) : [await outputs[0]];
    for (const [at, id] of read.entries()) {
      const value = values[at];
      if (value !== undefined) steps[id] = value;
    }
    return { inputs, steps, request };
  }

  /** undefined where the step did not complete */
  private outputOf(run: LiveRun, stepId: string): Promise<Json> | undefined {
    const done = run.steps[stepId];
    if (done?.status !== 'completed') return undefined;
    const place = places.output(run.created.workflowId, done.runNo ?? run.runNo, stepId);
    return this.content.getJson(done.output, place);
  }

  /** What a signal of this run brought. */
  signalOf(run: LiveRun, signalId: string): Promise<Json> {
    const { payload, runNo = run.runNo } = run.signals![signalId]!;
    return this.content.getJson(payload, places.signal(run.created.workflowId, runNo, signalId));
  }

  /** What a workflow gave that a step of this run was. @throws Refusal CHILD_RESULT_GONE */
  async childResultOf(run: LiveRun, childId: string): Promise<{ mediaType: Json; value: Json }> {
    const { state } = await this.dispatch.load(workflow, childId);
    const last = state.status === 'closed' ? state.plan?.steps.at(-1) : undefined;
    if (state.status !== 'closed' || !state.result || !last || state.created.userId !== run.created.userId)
      throw new Refusal('CHILD_RESULT_GONE', `The workflow ${childId} has no result.`);
    const place = places.output(childId, state.runNo, last.id);
    const { mediaType, value } = (await this.content.getJson(state.result.output, place)) as {
      mediaType: Json;
      value: Json;
    };
    return { mediaType, value };
  }

  private async openRun({ created, plan, runNo, plannedIn = runNo }: LiveRun): Promise<Opened> {
    const { workflowId, attachments } = created;
    const [details, secret, request, inputs] = await Promise.all([
      this.content.openJson(plan.details, places.planDetails(workflowId, plannedIn)),
      this.content.openText(created.secret, places.secret(workflowId)),
      this.content.openText(created.request, places.request(workflowId)),
      Promise.all(
        attachments.map(async ({ name, content }, index) => ({
          name: await this.content.openText(name, places.attachmentName(workflowId, index)),
          mediaType: content.mediaType,
          content: new TextDecoder().decode(
            await this.content.getArtifact(content, places.attachment(workflowId, index)),
          ),
        })),
      ),
    ]);
    return {
      details: planDetailsSchema.parse(details),
      secret: new Uint8Array(Buffer.from(secret, 'base64')),
      request: { text: request },
      inputs,
    };
  }
}
