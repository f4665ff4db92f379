import { requiredFor } from '../commands/workflow/approval.js';
import type { ForkWorkflow, KeptStep } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import {
  type Forkable,
  type KeptFromElsewhere,
  keptForFork,
  requireForkable,
} from '../commands/workflow/fork.js';
import type { WorkflowState } from '../commands/workflow/state.js';
import { type ContentStore, places } from '../content/content-store.js';
import { type Plan, planDetailsSchema } from '../events/plan.js';
import { requireOwner } from '../identity/ownership.js';
import { canonicalJson, type Json } from '../kernel/canonical-json.js';
import { fieldText } from '../kernel/commitments/field.js';
import { jsonHash } from '../kernel/commitments/json-hash.js';
import { planCommitment } from '../kernel/commitments/plan-commitment.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { type Micros, parseMicros, toMicros } from '../kernel/money.js';
import type { Content } from '../kernel/sealed.js';
import { isoTime } from '../kernel/time.js';
import { forkedPlan } from '../planning/fork-plan.js';
import type { Catalogue } from '../ports/catalogue.js';
import type { Chance, Clock } from '../ports/clock.js';
import { plannedSteps } from '../receipts/planned-steps.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';
import { costLimit } from './cost-limit.js';
import type { ForkBody } from './fork-body.js';
import { idFor, once } from './once.js';
import { type Admission, admitted } from './open-runs.js';

export interface ForkParts {
  readonly dispatch: Dispatch;
  readonly content: ContentStore;
  readonly catalogue: Pick<Catalogue, 'all'>;
  readonly clock: Clock;
  readonly chance: Chance;
  /** absent where any number may be open */
  readonly openRuns?: Admission;
}

export interface Forked {
  readonly workflowId: string;
  readonly createdAt: string;
  readonly status: 'awaiting_approval' | 'executing';
  /** steps that do not run again, in the order they completed */
  readonly kept: readonly string[];
  /** most that the rest may cost */
  readonly required: Micros;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * Starts a new workflow from a step of an old one. What is kept is sealed again for the new one, under the same
 * secret: so the commitments of the old run stand in the new one as they are, and open.
 * @throws Refusal NOT_FOUND, WRONG_STATE unless it is over, those of {@link keptForFork} and {@link forkedPlan},
 * OUTPUT_GONE when a kept output cannot be read any more, PLAN_OVER_BUDGET
 */
export async function forkWorkflow(
  parts: ForkParts,
  caller: Caller,
  sourceId: string,
  body: ForkBody,
): Promise<Forked> {
  const { dispatch, clock, chance } = parts;
  const { state, revision } = await dispatch.load(workflow, sourceId);
  requireOwner(caller.principal, state.status === 'none' ? undefined : state.created.userId, 'workflow');
  requireSeen(caller, revision);
  const source = requireForkable(state);
  const { created, runNo } = source;
  if (body.request !== undefined && created.origin === 'plan')
    throw new Refusal(
      'VALIDATION_FAILED',
      'It was given a plan and no request: change its parameters instead.',
    );
  const { fromStep, parameters, service: services } = body;
  const kept = keptForFork(source, fromStep, [...Object.keys(parameters), ...Object.keys(services)]);
  const workflowId = idFor('workflow', caller, chance);
  const at = isoTime(clock.now());
  const opened = await open(parts, source);
  const [plan, sealed, keptSteps] = await Promise.all([
    planOf(parts, source, kept, body, opened, workflowId),
    resealed(parts, source, body, opened, workflowId),
    keep(parts.content, source, kept, workflowId),
  ]);
  const command: ForkWorkflow = {
    type: 'ForkWorkflow',
    at,
    workflowId,
    userId: created.userId,
    origin: created.origin,
    ...sealed,
    maxCost: body.maxCost === undefined ? parseMicros(created.maxCost) : costLimit(body.maxCost),
    maxTime: created.maxTime,
    verificationLevel: created.verificationLevel,
    autoApprove: body.autoApprove ?? created.autoApprove,
    filters: created.filters,
    forkedFrom: { workflowId: sourceId, runNo, stepId: fromStep },
    plan,
    planHash: jsonHash(plan),
    kept: keptSteps,
  };
  const sent = await admitted(parts.openRuns, created.userId, workflowId, () =>
    once<{
      readonly state: WorkflowState;
      readonly revision: number;
      readonly position?: Position | undefined;
    }>(
      caller,
      (by) => dispatch.send(workflow, workflowId, command, contextOf(by, 'fork', workflowId)),
      () => dispatch.load(workflow, workflowId),
    ),
  );
  return {
    workflowId,
    createdAt: at,
    status: sent.state.status === 'awaiting_approval' ? 'awaiting_approval' : 'executing',
    kept: Object.keys(kept),
    required: requiredFor({ plan, kept }),
    revision: sent.revision,
    position: sent.position,
  };
}

interface Opened {
  readonly secret: string;
  readonly request: string;
  readonly details: Json;
}

async function open(
  { content }: ForkParts,
  { created, plan, runNo, plannedIn = runNo }: Forkable,
): Promise<Opened> {
  const { workflowId } = created;
  const [secret, request, details] = await Promise.all([
    content.openText(created.secret, places.secret(workflowId)),
    content.openText(created.request, places.request(workflowId)),
    content.openJson(plan.details, places.planDetails(workflowId, plannedIn)),
  ]);
  return { secret, request, details };
}

async function planOf(
  { content, catalogue }: ForkParts,
  { created, plan }: Forkable,
  kept: KeptFromElsewhere,
  { parameters, service: services, request }: ForkBody,
  opened: Opened,
  workflowId: string,
): Promise<Plan> {
  const isKept = (id: string) => kept[id] !== undefined;
  const asksCatalogue = plan.steps.some(({ id, kind }) => kind === 'service_call' && !isKept(id));
  const forked = forkedPlan(
    plan,
    planDetailsSchema.parse(opened.details),
    isKept,
    { parameters, services },
    {
      offers: asksCatalogue ? await catalogue.all() : [],
      request: created.origin === 'plan' ? '' : (request ?? opened.request),
      maxCost: toMicros(0n),
      filters: created.filters,
    },
  );
  const { steps, totals } = forked.plan;
  const salt = fieldText(saltFor(Buffer.from(opened.secret, 'base64'), 'plan'));
  const maxCost = BigInt(totals.maxCost) + BigInt(totals.compensationReserve);
  return {
    ...forked.plan,
    details: await content.claimJson(created.userId, places.planDetails(workflowId, 1), forked.details),
    workflowHash: planCommitment({ steps: plannedSteps(steps), maxCost, salt }),
  };
}

/** Sealed content opens at its own place only: what goes along is sealed for the new one. */
async function resealed(
  { content }: ForkParts,
  { created }: Forkable,
  body: ForkBody,
  { secret, request }: Opened,
  id: string,
): Promise<Pick<ForkWorkflow, 'request' | 'secret' | 'attachments' | 'metadata'>> {
  const { userId, workflowId: old } = created;
  const [sealedRequest, sealedSecret, metadata, attachments] = await Promise.all([
    content.claimText(userId, places.request(id), body.request ?? request),
    content.sealText(userId, places.secret(id), secret),
    created.metadata &&
      content
        .openText(created.metadata, places.metadata(old))
        .then((plain) => content.sealText(userId, places.metadata(id), plain)),
    Promise.all(
      created.attachments.map(async ({ name, content: file }, index) => ({
        name: await content.sealText(
          userId,
          places.attachmentName(id, index),
          await content.openText(name, places.attachmentName(old, index)),
        ),
        content: await content.putArtifact(
          userId,
          places.attachment(id, index),
          await content.getArtifact(file, places.attachment(old, index)),
          file.mediaType,
        ),
      })),
    ),
  ]);
  return { request: sealedRequest, secret: sealedSecret, attachments, ...(metadata && { metadata }) };
}

async function keep(
  content: ContentStore,
  source: Forkable,
  kept: KeptFromElsewhere,
  id: string,
): Promise<KeptStep[]> {
  const { created, runNo } = source;
  let inline = 0;
  const steps: KeptStep[] = [];
  for (const [stepId, step] of Object.entries(kept)) {
    const ran = step.runNo ?? runNo;
    const value = await stored(content, step.output, places.output(created.workflowId, ran, stepId), stepId);
    const output = await sealOutput(content, created.userId, places.output(id, 1, stepId), value, inline);
    if ('inline' in output) inline += output.inline.data.length;
    const { attempt, inputHash, outputHash, branch, startedAt, completedAt } = step;
    steps.push({
      stepId,
      from: step.from,
      attempt,
      output,
      inputHash,
      outputHash,
      ...(branch && { branch }),
      startedAt,
      completedAt,
    });
  }
  return steps;
}

/** All of it is one append: above a bound the outputs go to the artifact store, small as each may be. */
const sealOutput = async (
  content: ContentStore,
  owner: string,
  place: string,
  value: Json,
  inlineBytes: number,
): Promise<Content> =>
  inlineBytes < LIMITS.forkInlineBytes
    ? content.putJson(owner, place, value)
    : {
        artifact: await content.putArtifact(
          owner,
          place,
          new TextEncoder().encode(canonicalJson(value)),
          'application/json',
        ),
      };

async function stored(content: ContentStore, output: Content, place: string, stepId: string): Promise<Json> {
  try {
    return await content.getJson(output, place);
  } catch (cause) {
    const isGone = isRefusal(cause) && cause.kind === 'terminal' && cause.code !== 'KEY_DESTROYED';
    if (!isGone) throw cause;
    throw new Refusal(
      'OUTPUT_GONE',
      `What ${stepId} gave is not stored any more; fork from it instead.`,
      { stepId },
      'terminal',
      {
        cause,
      },
    );
  }
}
