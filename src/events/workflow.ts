/**
 * What happens to one run of a planned request. These are storage formats: change them only by a new version and
 * an upcaster. Content of the user stands in them sealed or as an address of sealed bytes, never in clear.
 */
import { z } from 'zod';
import { artifactRefSchema, claimedSchema, contentSchema, sealedSchema } from '../kernel/sealed.js';
import { AutoApprovalDeclined, MandateShareSettled } from './auto-approval.js';
import { childEvents, parentLinkSchema, parentSchema } from './child.js';
import { compensationEvents } from './compensation.js';
import { confirmationEvents } from './confirmation.js';
import { defineEvent, type EventOf, field } from './define.js';
import { forkEvents, forkedFromSchema } from './fork.js';
import { interruptionEvents } from './interruption.js';
import { planSchema, stepKinds } from './plan.js';
import { sampleContent, samplePayment, samplePlan, sampleSealed, sampleTime } from './samples.js';
import { signalEvents } from './signal.js';
import { errorSchema, paymentEvidenceSchema } from './step-facts.js';
import { StepWaitStarted } from './waiting.js';

export const verificationLevels = ['basic', 'full', 'zero-knowledge'] as const;
export type VerificationLevel = (typeof verificationLevels)[number];

const attachmentSchema = z.strictObject({
  name: sealedSchema,
  content: artifactRefSchema,
});

export const WorkflowCreated = defineEvent(
  'WorkflowCreated',
  1,
  {
    workflowId: field.id,
    userId: field.id,
    origin: z.enum(['request', 'plan']),
    /** the request in plain words; for origin `plan` the drafted plan as JSON */
    request: claimedSchema,
    /** 32 random bytes, base64, sealed: every salt of this workflow's commitments derives from it */
    secret: sealedSchema,
    attachments: z.array(attachmentSchema).max(8),
    maxCost: field.micros,
    maxTime: field.ms,
    verificationLevel: z.enum(verificationLevels),
    autoApprove: z.boolean(),
    filters: z.strictObject({
      minReputation: z.number().int().min(0).max(10_000),
      minUptime: z.number().min(0).max(1),
      excludeServices: z.array(field.id).max(50),
    }),
    metadata: sealedSchema.optional(),
    /** it goes on from there, see {@link file://./fork.ts} */
    forkedFrom: forkedFromSchema.optional(),
    /** the batch it is an item of */
    batchId: field.id.optional(),
    /** the step of another workflow it is */
    parent: parentLinkSchema.optional(),
    /** of its work among its owner's; absent: normal */
    priority: z.enum(['high', 'low']).optional(),
    /** when the attempts of a step are used up, the owner is asked before anything is given up */
    onExhausted: z.literal('pause').optional(),
    /** under which its plans may be approved without its owner */
    mandateId: field.id.optional(),
    /** wallet of its owner that pays and signs every payment itself; absent: the escrow pays */
    payer: z.string().max(80).optional(),
    /** that wallet has made us its delegate, up to a limit the chain keeps: it need not sign each payment */
    delegated: z.literal(true).optional(),
  },
  {
    workflowId: 'wf_01',
    userId: 'user_01',
    origin: 'request',
    request: sampleSealed,
    secret: sampleSealed,
    attachments: [
      { name: sampleSealed, content: { sha256: 'a'.repeat(64), size: 120, mediaType: 'text/csv' } },
    ],
    maxCost: '5000000',
    maxTime: 300000,
    verificationLevel: 'zero-knowledge',
    autoApprove: false,
    filters: { minReputation: 0, minUptime: 0, excludeServices: [] },
  },
);

export const PlanningStarted = defineEvent(
  'PlanningStarted',
  1,
  {
    runNo: field.count,
    expiresAt: field.time,
    /** the plan follows in the same append: nobody needs to be asked for one */
    given: z.literal(true).optional(),
  },
  { runNo: 1, expiresAt: sampleTime },
);

export const IntentClassified = defineEvent(
  'IntentClassified',
  1,
  {
    classification: z.string().max(80),
    capabilities: z.array(z.string().max(80)).max(40),
    confidence: z.number().min(0).max(1),
    method: z.enum(['rule', 'llm', 'given']),
  },
  { classification: 'report', capabilities: ['trend', 'report-html'], confidence: 0.9, method: 'rule' },
);

export const PlanProposed = defineEvent(
  'PlanProposed',
  1,
  {
    runNo: field.count,
    plan: planSchema,
    /** SHA-256 of the plan's canonical JSON */
    planHash: field.sha256,
    planner: z.string().max(80),
    model: z.string().max(120).optional(),
    promptHash: field.sha256.optional(),
  },
  { runNo: 1, plan: samplePlan, planHash: 'b'.repeat(64), planner: 'rules' },
);

export const ApprovalRequested = defineEvent(
  'ApprovalRequested',
  1,
  {
    requestId: field.id,
    reason: z.enum(['initial', 'funds_lost', 'price_drift', 'funds_exhausted']),
    expiresAt: field.time,
    /** asked before the owner is */
    mandateId: field.id.optional(),
    /** its parent's approval answers it: part of that one's hold becomes its own */
    covered: z.literal(true).optional(),
  },
  { requestId: 'apr_1', reason: 'initial', expiresAt: sampleTime },
);

export const PlanningFailed = defineEvent(
  'PlanningFailed',
  1,
  { code: field.code, message: field.sentence, recoverable: z.boolean() },
  { code: 'NO_SERVICE', message: 'No service offers translation.', recoverable: false },
);

export const WorkflowApproved = defineEvent(
  'WorkflowApproved',
  1,
  {
    runNo: field.count,
    requestId: field.id,
    planHash: field.sha256,
    approver: field.id,
    automatic: z.boolean(),
    /** absent when the plan costs nothing */
    holdId: field.id.optional(),
    /** most that may be spent: the amount held */
    budget: field.micros,
    /** that stood for its owner's word */
    mandateId: field.id.optional(),
  },
  {
    runNo: 1,
    requestId: 'apr_1',
    planHash: 'b'.repeat(64),
    approver: 'user_01',
    automatic: false,
    holdId: 'hold_1',
    budget: '20000',
  },
);

export const ApprovalExpired = defineEvent(
  'ApprovalExpired',
  1,
  { requestId: field.id },
  { requestId: 'apr_1' },
);

export const FundsReservationLost = defineEvent(
  'FundsReservationLost',
  1,
  { holdId: field.id },
  { holdId: 'hold_1' },
);

export const ExecutionStarted = defineEvent(
  'ExecutionStarted',
  1,
  { runNo: field.count, startedAt: field.time, deadline: field.time },
  { runNo: 1, startedAt: sampleTime, deadline: sampleTime },
);

export const StepScheduled = defineEvent(
  'StepScheduled',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    /** repeated from the plan for those who react: where the work goes and how long it may take */
    kind: z.enum(stepKinds),
    timeoutMs: field.ms,
    scheduledAt: field.time,
  },
  { runNo: 1, stepId: 'step_1', attempt: 1, kind: 'service_call', timeoutMs: 30000, scheduledAt: sampleTime },
);

export const StepStarted = defineEvent(
  'StepStarted',
  1,
  {
    stepId: field.id,
    attempt: field.count,
    worker: z.string().max(80),
    startedAt: field.time,
    /** the run and what the plan allows, for those who keep the time; both are there, or neither */
    runNo: field.count.optional(),
    timeoutMs: field.ms.optional(),
  },
  {
    stepId: 'step_1',
    attempt: 1,
    worker: 'worker-1',
    startedAt: sampleTime,
    runNo: 1,
    timeoutMs: 30000,
  },
);

export const StepCompleted = defineEvent(
  'StepCompleted',
  1,
  {
    stepId: field.id,
    attempt: field.count,
    /** order in which steps of this run completed or were skipped, from 1 */
    seq: field.count,
    output: contentSchema,
    inputHash: field.fieldElement,
    outputHash: field.fieldElement,
    cost: field.micros,
    payment: paymentEvidenceSchema.optional(),
    /** of a conditional step */
    branch: z.enum(['then', 'else']).optional(),
    startedAt: field.time,
    completedAt: field.time,
  },
  {
    stepId: 'step_1',
    attempt: 1,
    seq: 1,
    output: sampleContent,
    inputHash: '11',
    outputHash: '22',
    cost: '20000',
    payment: samplePayment,
    startedAt: sampleTime,
    completedAt: sampleTime,
  },
);

export const StepAttemptFailed = defineEvent(
  'StepAttemptFailed',
  1,
  { stepId: field.id, attempt: field.count, error: errorSchema, failedAt: field.time },
  {
    stepId: 'step_1',
    attempt: 1,
    error: { code: 'SERVICE_ERROR', message: 'The service answered 503.', kind: 'retryable' },
    failedAt: sampleTime,
  },
);

export const StepRetryScheduled = defineEvent(
  'StepRetryScheduled',
  1,
  { runNo: field.count, stepId: field.id, attempt: field.count, at: field.time },
  { runNo: 1, stepId: 'step_1', attempt: 2, at: sampleTime },
);

export const StepFailed = defineEvent(
  'StepFailed',
  1,
  { stepId: field.id, attempt: field.count, error: errorSchema },
  {
    stepId: 'step_1',
    attempt: 3,
    error: { code: 'SERVICE_ERROR', message: 'The service answered 503.', kind: 'retryable' },
  },
);

export const StepSkipped = defineEvent(
  'StepSkipped',
  1,
  {
    stepId: field.id,
    seq: field.count,
    reason: z.enum(['condition_false', 'dependency_skipped', 'dependency_failed']),
  },
  { stepId: 'step_1', seq: 1, reason: 'condition_false' },
);

export const StepCancelled = defineEvent(
  'StepCancelled',
  1,
  {
    stepId: field.id,
    attempt: field.count,
    /** of a step that waits: the run whose timer need not fire any more */
    waitOfRun: field.count.optional(),
  },
  { stepId: 'step_1', attempt: 1 },
);

export const StaleStepResultRecorded = defineEvent(
  'StaleStepResultRecorded',
  1,
  {
    /** the run it is about, when that was an earlier one */
    runNo: field.count.optional(),
    stepId: field.id,
    attempt: field.count,
    outcome: z.enum(['completed', 'failed']),
    cost: field.micros,
  },
  { stepId: 'step_1', attempt: 1, outcome: 'completed', cost: '0' },
);

export const ResultAssembled = defineEvent(
  'ResultAssembled',
  1,
  { output: contentSchema, outputHash: field.fieldElement },
  { output: sampleContent, outputHash: '22' },
);

export const WorkflowCompleted = defineEvent(
  'WorkflowCompleted',
  1,
  { totalCost: field.micros, partial: z.boolean(), completedAt: field.time },
  { totalCost: '20000', partial: false, completedAt: sampleTime },
);

export const WorkflowFailed = defineEvent(
  'WorkflowFailed',
  1,
  {
    runNo: field.count,
    code: field.code,
    message: field.sentence,
    stepId: field.id.optional(),
    terminal: z.boolean(),
  },
  {
    runNo: 1,
    code: 'SERVICE_ERROR',
    message: 'The service answered 503.',
    stepId: 'step_1',
    terminal: false,
  },
);

export const WorkflowTimedOut = defineEvent(
  'WorkflowTimedOut',
  1,
  { deadline: field.time },
  { deadline: sampleTime },
);

export const CancellationRequested = defineEvent(
  'CancellationRequested',
  1,
  {
    runNo: field.count,
    by: field.id,
    reason: sealedSchema.optional(),
    /** what was done stays as it is */
    rollback: z.literal(false).optional(),
    /** nobody answered in time; `by` is `system` then */
    expired: z.literal(true).optional(),
  },
  { runNo: 1, by: 'user_01' },
);

export const RollbackNotNeeded = defineEvent('RollbackNotNeeded', 1, {}, {});

export const WorkflowCancelled = defineEvent(
  'WorkflowCancelled',
  1,
  { reason: z.enum(['by_owner', 'approval_expired', 'undone_with_parent']), totalCost: field.micros },
  { reason: 'by_owner', totalCost: '0' },
);

export const runOutcomes = ['completed', 'failed', 'cancelled', 'expired'] as const;
/** what became of the side effects of a run that did not complete */
export const rollbacks = ['none', 'completed', 'partial', 'resolved'] as const;

export const RunClosed = defineEvent(
  'RunClosed',
  1,
  {
    runNo: field.count,
    userId: field.id,
    outcome: z.enum(runOutcomes),
    rollback: z.enum(rollbacks),
    totalCost: field.micros,
    closedAt: field.time,
    holdId: field.id.optional(),
    /** of steps that were tried and are not done: what was signed for them may still land, and is paid from the hold */
    openPayments: z.array(field.id).min(1).max(1_000).optional(),
    /** who waits for it */
    parent: parentSchema.optional(),
    /** for who waits for it, of one that completed: most that undoing it may cost, if anything of it can be undone */
    undo: field.micros.optional(),
    /** and whether something of it cannot be */
    lasting: z.literal(true).optional(),
    /** the run whose effects this one has undone */
    undoes: field.count.optional(),
  },
  {
    runNo: 1,
    userId: 'user_01',
    outcome: 'completed',
    rollback: 'none',
    totalCost: '20000',
    closedAt: sampleTime,
    holdId: 'hold_1',
  },
);

export const WorkflowSettled = defineEvent(
  'WorkflowSettled',
  1,
  { runNo: field.count, estimated: field.micros, actual: field.micros, saved: field.micros },
  { runNo: 1, estimated: '25000', actual: '20000', saved: '5000' },
);

export const RetryRequested = defineEvent(
  'RetryRequested',
  1,
  {
    /** of the run that begins */
    runNo: field.count,
    by: field.id,
    mode: z.enum(['resume', 'restart']),
    /** steps that need not run again, in the order they completed, each with the run it completed in */
    kept: z.array(z.strictObject({ stepId: field.id, runNo: field.count })).max(500),
    /** that came and were taken by no step that completed, in that order, each with the run it came in */
    signals: z
      .array(z.strictObject({ signalId: field.id, runNo: field.count }))
      .min(1)
      .max(500)
      .optional(),
  },
  { runNo: 2, by: 'user_01', mode: 'resume', kept: [{ stepId: 'step_1', runNo: 1 }] },
);

export const WorkflowRated = defineEvent(
  'WorkflowRated',
  1,
  { runNo: field.count, stars: z.number().int().min(1).max(5), comment: sealedSchema.optional() },
  { runNo: 1, stars: 5, comment: sampleSealed },
);

export const workflowEvents = [
  WorkflowCreated,
  PlanningStarted,
  IntentClassified,
  PlanProposed,
  ApprovalRequested,
  PlanningFailed,
  WorkflowApproved,
  AutoApprovalDeclined,
  ApprovalExpired,
  FundsReservationLost,
  ExecutionStarted,
  StepScheduled,
  StepStarted,
  StepWaitStarted,
  ...signalEvents,
  ...childEvents,
  StepCompleted,
  StepAttemptFailed,
  StepRetryScheduled,
  StepFailed,
  StepSkipped,
  StepCancelled,
  StaleStepResultRecorded,
  ResultAssembled,
  WorkflowCompleted,
  WorkflowFailed,
  WorkflowTimedOut,
  CancellationRequested,
  RollbackNotNeeded,
  WorkflowCancelled,
  RunClosed,
  MandateShareSettled,
  WorkflowSettled,
  RetryRequested,
  WorkflowRated,
  ...compensationEvents,
  ...forkEvents,
  ...confirmationEvents,
  ...interruptionEvents,
] as const;

export type WorkflowEvent = EventOf<(typeof workflowEvents)[number]>;
export type WorkflowEventOf<T extends WorkflowEvent['type']> = Extract<WorkflowEvent, { type: T }>;
export type RunOutcome = (typeof runOutcomes)[number];
export type Rollback = (typeof rollbacks)[number];
export type PaymentEvidence = Readonly<z.output<typeof paymentEvidenceSchema>>;
