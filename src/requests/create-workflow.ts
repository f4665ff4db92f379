import { createHash } from 'node:crypto';
import type { CancelWorkflow, CreateWorkflow, WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import type { Planning, WorkflowState } from '../commands/workflow/state.js';
import type { ContentStore } from '../content/content-store.js';
import type { WorkflowEvent } from '../events/workflow.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { type Position, uuidv5 } from '../kernel/event.js';
import { makeId } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import type { Micros } from '../kernel/money.js';
import { places } from '../kernel/places.js';
import { isoTime } from '../kernel/time.js';
import type { ReadPlan } from '../planning/draft-schema.js';
import type { Catalogue } from '../ports/catalogue.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Converse, Dispatch, Dispatched, Said } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';
import { costLimit } from './cost-limit.js';
import type { CreateBody } from './create-body.js';
import { requireLinked } from './grant-mandate.js';
import { type Admission, admitted } from './open-runs.js';
import { requireMandate } from './require-mandate.js';

export interface CreateParts {
  readonly dispatch: Dispatch & Converse;
  readonly content: ContentStore;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly plans: GivenPlans;
  /** whose list of offers a creation waits for a moment; absent where it does not wait */
  readonly registry?: Pick<Catalogue, 'soon'>;
  /** absent where any number may be open */
  readonly openRuns?: Admission;
  /** absent where this process runs no steps */
  readonly localSteps?: LocalSteps | undefined;
}

/** Runs what needs no other machine as soon as it may start. */
export interface LocalSteps {
  turn(
    run: { readonly workflowId: string; readonly runNo: number },
    signal: AbortSignal,
  ): (state: WorkflowState) => Promise<Said<WorkflowCommand> | undefined>;
}

/** Checks and commits to a plan that the caller brought. */
export interface GivenPlans {
  /** whether it can be checked without asking anybody */
  isAtHand(given: ReadPlan): boolean;
  answer(state: Planning, signal: AbortSignal, given?: ReadPlan): Promise<Said<WorkflowCommand>>;
}

export interface Created {
  readonly workflowId: string;
  readonly createdAt: string;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * Seals what the caller sent and asks for a workflow.
 * @throws Refusal FORBIDDEN when the body names another user, VALIDATION_FAILED above the platform's cost limit,
 * RATE_LIMITED when too many of the user's are open
 */
export async function createWorkflow(parts: CreateParts, caller: Caller, body: CreateBody): Promise<Created> {
  const { principal, onceId } = caller;
  const workflowId = makeId('workflow', onceId === undefined ? parts.chance.ulid() : derivedFrom(onceId));
  return admitted(parts.openRuns, principal.userId, workflowId, () =>
    onceId === undefined
      ? createAs(parts, caller, workflowId, body)
      : createOnce(parts, { ...caller, callId: uuidv5(onceId) }, workflowId, body),
  );
}

export const derivedFrom = (onceId: string): string =>
  createHash('sha256').update(onceId).digest('hex').slice(0, 26).toUpperCase();

/** The same call may have been made before, by a process that died before it could answer. */
async function createOnce(
  parts: CreateParts,
  caller: Caller,
  workflowId: string,
  body: CreateBody,
): Promise<Created> {
  try {
    return await createAs(parts, caller, workflowId, body);
  } catch (error) {
    if (!isRefusal(error, 'WRONG_STATE')) throw error;
    const { revision } = await parts.dispatch.load(workflow, workflowId);
    return { workflowId, createdAt: isoTime(parts.clock.now()), revision, position: undefined };
  }
}

/** What a workflow has of what it is part of. */
export type PartOf = Pick<CreateWorkflow, 'batchId' | 'priority' | 'parent'> & { readonly maxCost?: Micros };

/** As {@link createWorkflow}, under an id that is chosen. Asked again with the same call id, it finds what it made. */
export async function createAs(
  parts: CreateParts,
  caller: Caller,
  workflowId: string,
  body: CreateBody,
  of: PartOf = {},
): Promise<Created> {
  const command = await creation(parts, caller, workflowId, body, of);
  const context = contextOf(caller, 'create', workflowId);
  if (parts.registry && body.plan && !parts.plans.isAtHand(body.plan)) await parts.registry.soon();
  const { position, revision } =
    body.plan && parts.plans.isAtHand(body.plan)
      ? await withPlan(parts, { command: { ...command, given: true }, context }, body.plan)
      : await opened(parts, { command, context });
  return { workflowId, createdAt: command.at, revision, position };
}

/**
 * As {@link createAs}, and cancelled by the same append: whoever is about to create it under this id comes too late.
 * One that is there already is left as it is.
 */
export async function createCancelled(
  parts: CreateParts,
  caller: Caller,
  workflowId: string,
  body: CreateBody,
  of: PartOf,
): Promise<Dispatched<WorkflowState, WorkflowEvent>> {
  const command = await creation(parts, caller, workflowId, body, of);
  const created = { command, context: contextOf(caller, 'create', workflowId) };
  const { at, userId: by, secret } = command;
  const cancel: CancelWorkflow = { type: 'CancelWorkflow', at, by };
  const cancelled = { command: cancel, context: contextOf(caller, 'cancel', workflowId) };
  return parts.dispatch.converse(workflow, workflowId, async (state) => {
    if (state.status === 'none') return created;
    const isThis = state.status === 'planning' && state.created.secret.data === secret.data;
    return isThis ? cancelled : undefined;
  });
}

async function creation(
  parts: CreateParts,
  caller: Caller,
  workflowId: string,
  body: CreateBody,
  of: PartOf,
): Promise<CreateWorkflow> {
  const { userId } = caller.principal;
  if (body.userId !== undefined && body.userId !== userId)
    throw new Refusal('FORBIDDEN', 'You can create workflows for yourself only.', { userId });
  const maxCost = costLimit(body.maxCost);
  const at = isoTime(parts.clock.now());
  if (body.mandateId !== undefined) await requireMandate(parts, caller, body.mandateId, at);
  if (body.funding === 'delegate') await requireLinked(parts, userId, body.wallet ?? '');
  return {
    type: 'CreateWorkflow',
    at,
    workflowId,
    userId,
    origin: body.plan ? 'plan' : 'request',
    ...(await sealedParts(parts, userId, workflowId, body)),
    maxCost,
    maxTime: body.maxTime || LIMITS.defaultRunTime,
    verificationLevel: body.verificationLevel,
    autoApprove: body.autoApprove,
    ...(body.mandateId !== undefined && { mandateId: body.mandateId }),
    ...(body.wallet !== undefined && { payer: body.wallet }),
    ...(body.funding === 'delegate' && { delegated: true as const }),
    ...(body.priority && body.priority !== 'normal' && { priority: body.priority }),
    ...of,
    ...(body.onExhausted === 'pause' && { onExhausted: 'pause' }),
    filters: body.serviceFilters ?? { minReputation: 0, minUptime: 0, excludeServices: [] },
  };
}

/** Under a new id: nothing is read to learn that there is nothing. */
const opened = ({ dispatch }: CreateParts, created: Said<CreateWorkflow>) =>
  dispatch.converse(
    workflow,
    created.command.workflowId,
    async ({ status }) => (status === 'none' ? created : undefined),
    true,
  );

/** Where the plan costs nothing and may start, its first turn of steps becomes durable with it. */
function withPlan(
  { dispatch, plans, localSteps }: CreateParts,
  created: Said<CreateWorkflow>,
  given: CreateBody['plan'],
) {
  const { workflowId } = created.command;
  const turn = localSteps?.turn({ workflowId, runNo: 1 }, NEVER);
  const next = async (state: WorkflowState): Promise<Said<WorkflowCommand> | undefined> => {
    if (state.status === 'none') return created;
    if (state.status === 'planning') return plans.answer(state, NEVER, given);
    return turn?.(state);
  };
  return dispatch.converse(workflow, workflowId, next, true);
}

/** Nobody stops what a caller waits for: it is short, and asks nobody. */
const NEVER = new AbortController().signal;

async function sealedParts({ content, chance }: CreateParts, owner: string, id: string, body: CreateBody) {
  const secret = Buffer.from(chance.bytes(32)).toString('base64');
  const [request, sealedSecret, metadata, attachments] = await Promise.all([
    body.plan
      ? content.claimJson(owner, places.request(id), body.plan)
      : content.claimText(owner, places.request(id), body.input ?? ''),
    content.sealText(owner, places.secret(id), secret),
    body.metadata && content.sealJson(owner, places.metadata(id), body.metadata),
    Promise.all(
      (body.files ?? []).map(async (file, index) => ({
        name: await content.sealText(owner, places.attachmentName(id, index), file.name),
        content: await content.putArtifact(
          owner,
          places.attachment(id, index),
          Buffer.from(file.content),
          file.mediaType,
        ),
      })),
    ),
  ]);
  return { request, secret: sealedSecret, attachments, ...(metadata && { metadata }) };
}
