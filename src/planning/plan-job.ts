import type { FailPlanning, ProposePlan } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { needsNobody } from '../commands/workflow/planning.js';
import type { Planning } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { jsonHash } from '../kernel/commitments/json-hash.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { parseMicros } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Catalogue } from '../ports/catalogue.js';
import type { Clock } from '../ports/clock.js';
import type { PlanDraft, Planner } from '../ports/planner.js';
import type { Dispatch, Said } from '../runtime/dispatch.js';
import { committed } from './committed.js';
import type { ReadPlan } from './draft-schema.js';
import { draftOfPlan, planFromGiven } from './given-plan.js';
import { type Proposal, propose } from './propose.js';

/** Characters of a file that a planner sees. */
const SAMPLE_CHARS = 2_000;

/** A model's own words may quote the request; what stands in clear is which kind of planner it was. */
const publicIntent = ({ classification, capabilities, confidence, method }: PlanDraft['intent']) => ({
  classification: method === 'llm' ? 'planned by a model' : classification,
  capabilities: method === 'llm' ? [] : [...capabilities],
  confidence,
  method,
});

export interface PlanTask {
  readonly workflowId: string;
  readonly runNo: number;
  /** a state of the workflow in memory that has this revision is new enough */
  readonly revision?: number;
}

/** Turns a request into a proposed plan, or says why there is none. */
export class PlanJob {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly content: ContentStore,
    private readonly catalogue: Pick<Catalogue, 'all' | 'known'>,
    private readonly planner: Planner,
    private readonly clock: Clock,
  ) {}

  /** Whether a plan that its caller brought can be checked here and now: it needs no list of offers, or there is one. */
  isAtHand({ steps }: ReadPlan): boolean {
    return needsNobody(steps) || this.catalogue.known !== undefined;
  }

  /** @throws Refusal retryable when the planner or catalogue is away for a while: the job is given back */
  async run(task: PlanTask, signal: AbortSignal): Promise<void> {
    const { state } = await this.dispatch.load(workflow, task.workflowId, task.revision);
    if (state.status !== 'planning' || state.runNo !== task.runNo) return;
    const { command, context } = await this.answer(state, signal);
    await this.dispatch.send(workflow, task.workflowId, command, context);
  }

  /**
   * The plan of a workflow that waits for one, or why there is none.
   * @param given the plan that its caller brought, where that is at hand
   * @throws Refusal retryable, as {@link run}
   */
  async answer(
    state: Planning,
    signal: AbortSignal,
    given?: ReadPlan,
  ): Promise<Said<ProposePlan | FailPlanning>> {
    const { workflowId } = state.created;
    let command: ProposePlan | FailPlanning;
    try {
      command = await this.propose(state, signal, given);
    } catch (error) {
      command = this.failure(state, error);
    }
    return {
      command,
      context: {
        commandId: uuidv5(`${workflowId}/${state.runNo}/plan/${command.type}`),
        correlationId: workflowId,
        actor: { type: 'worker', id: `planner ${this.planner.name}` },
      },
    };
  }

  private async propose(state: Planning, signal: AbortSignal, given?: ReadPlan): Promise<ProposePlan> {
    const { created } = state;
    const text = await this.content.openText(created.request, places.request(created.workflowId));
    const isGiven = created.origin === 'plan';
    const needsOffers = !isGiven || /"service_call"/.test(text);
    const offers = needsOffers ? await this.catalogue.all() : [];
    const draft = isGiven
      ? given
        ? draftOfPlan(given)
        : planFromGiven(JSON.parse(text))
      : await this.planner.plan(
          { text, attachments: await this.attachments(state), offers, maxSteps: LIMITS.planSteps },
          signal,
        );
    const proposal = propose(draft, {
      offers,
      request: isGiven ? '' : text,
      maxCost: parseMicros(created.maxCost),
      maxTime: created.maxTime,
      filters: created.filters,
    });
    return this.commit(state, draft, proposal);
  }

  private async attachments({ created }: Planning) {
    const { workflowId } = created;
    return Promise.all(
      created.attachments.map(async ({ name, content }, index) => ({
        name: await this.content.openText(name, places.attachmentName(workflowId, index)),
        mediaType: content.mediaType,
        size: content.size,
        sample: new TextDecoder()
          .decode(await this.content.getArtifact(content, places.attachment(workflowId, index)))
          .slice(0, SAMPLE_CHARS),
      })),
    );
  }

  /** Seals what the owner wrote or a model said, and commits to what was planned. */
  private async commit(
    { created, runNo }: Planning,
    draft: PlanDraft,
    proposal: Proposal,
  ): Promise<ProposePlan> {
    const { workflowId, userId } = created;
    const secret = Buffer.from(
      await this.content.openText(created.secret, places.secret(workflowId)),
      'base64',
    );
    const details = await this.content.claimJson(
      userId,
      places.planDetails(workflowId, runNo),
      proposal.details,
    );
    const plan = committed({ ...proposal.plan, details }, secret);
    return {
      type: 'ProposePlan',
      at: isoTime(this.clock.now()),
      runNo,
      intent: publicIntent(proposal.intent),
      plan,
      planHash: jsonHash(plan),
      planner: created.origin === 'plan' ? 'given' : this.planner.name,
      ...(draft.model !== undefined && { model: draft.model }),
      ...(draft.promptHash !== undefined && { promptHash: draft.promptHash }),
    };
  }

  /** Only what asking again cannot change becomes part of the history; anything else goes back to the queue. */
  private failure({ runNo }: { readonly runNo: number }, error: unknown) {
    if (!isRefusal(error)) throw error;
    if (error.kind !== 'terminal')
      throw new Refusal(error.code, error.message, error.figures, 'retryable', { cause: error });
    const recoverable = error.code === 'PLAN_OVER_BUDGET' || error.code === 'PLAN_OVER_TIME';
    const { code, message } = error;
    const at = isoTime(this.clock.now());
    return { type: 'FailPlanning', at, runNo, code, message, recoverable } as const;
  }
}
