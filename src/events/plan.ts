import { z } from 'zod';
import { claimedSchema } from '../kernel/sealed.js';
import { type DeepReadonly, field } from './define.js';

/**
 * The plan is a contract: approval binds its hash, and services, prices, recipients and order are fixed in it.
 * What a user or a model wrote (parameters, expressions, titles) stands sealed beside the structure, which is
 * clear because the scheduler, the proof and the auditor need it.
 */
export const stepKinds = [
  'service_call',
  'inference',
  'data_transform',
  'conditional',
  'tool_run',
  'action',
  'wait',
  'signal',
  'workflow',
] as const;

const boundService = z.strictObject({
  id: field.id,
  name: z.string().max(120),
  method: z.enum(['GET', 'POST']),
  url: z.url().max(500),
  payTo: z.string().max(80),
  network: z.string().max(80),
  asset: z.string().max(80),
  price: field.micros,
});

const retrySchema = z.strictObject({
  maxAttempts: z.number().int().min(1).max(20),
  initialMs: field.ms,
  multiplier: z.number().min(1).max(10),
  maxMs: field.ms,
});

/** What undoes a completed step: a call of a service, or an expression evaluated here when there is none. */
const compensationSchema = z.strictObject({
  service: boundService.optional(),
  /** ceiling; it is part of the compensation reserve */
  maxCost: field.micros,
  timeoutMs: field.ms,
  retry: retrySchema,
});

/** How a signal is called: it stands in a path. */
export const signalName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** What a step of kind `signal` waits for. */
const awaitedSignal = z.strictObject({
  name: signalName,
  /** ms; absent: as long as the run may last */
  forMs: field.ms.optional(),
  /** then it fails, or it gives what its input says */
  onTimeout: z.enum(['fail', 'input']),
});

export const planStepSchema = z.strictObject({
  id: field.id,
  kind: z.enum(stepKinds),
  /** what a person reads in the plan; made from the catalogue, never from the request */
  name: z.string().max(160),
  action: z.string().max(80),
  service: boundService.optional(),
  /** services that may do it when that one fails for good, the best first; approved with the plan */
  alternatives: z
    .array(z.strictObject({ service: boundService, matchScore: z.number().min(0).max(1) }))
    .min(1)
    .max(8)
    .optional(),
  dependencies: z.array(field.id).max(500),
  signal: awaitedSignal.optional(),
  /** ms a step of kind `workflow` waits for its child; absent: as long as the run may last */
  childForMs: field.ms.optional(),
  /** runs only if that conditional step took that branch; otherwise it is skipped */
  when: z.strictObject({ step: field.id, branch: z.enum(['then', 'else']) }).optional(),
  /** a step whose dependency was skipped is skipped too, unless it can do without */
  toleratesSkipped: z.boolean(),
  estimatedCost: field.micros,
  /** ceiling: neither a price nor a payment of this step may exceed it */
  maxCost: field.micros,
  estimatedTime: field.ms,
  timeoutMs: field.ms,
  retry: retrySchema,
  sideEffect: z.enum(['none', 'reversible', 'irreversible']),
  /** a person says yes before it runs, where the plan was approved without one */
  requiresConfirmation: z.literal(true).optional(),
  /** of a reversible step only */
  compensation: compensationSchema.optional(),
  onFailure: z.enum(['abort', 'skip_dependants', 'fallback']),
  matchScore: z.number().min(0).max(1).optional(),
  matchReasons: z.array(z.string().max(200)).max(8).optional(),
});

export const planSchema = z.strictObject({
  /** topological: a step stands after everything it depends on; the last one is `assemble` */
  steps: z.array(planStepSchema).min(1).max(500),
  /** {@link PlanDetails} of every step, sealed for the owner */
  details: claimedSchema,
  criticalPath: z.array(field.id),
  parallelGroups: z.array(z.array(field.id)),
  totals: z.strictObject({
    estimatedCost: field.micros,
    maxCost: field.micros,
    compensationReserve: field.micros,
    criticalPathTime: field.ms,
  }),
  /** commitment of domain.md 13, over steps, order, ceilings and budget; its salt is derived from the run's secret */
  workflowHash: field.fieldElement,
});

export type PlanStep = DeepReadonly<z.output<typeof planStepSchema>>;
export type Plan = DeepReadonly<z.output<typeof planSchema>>;
export type BoundService = NonNullable<PlanStep['service']>;
export type Compensation = NonNullable<PlanStep['compensation']>;
export type StepKind = (typeof stepKinds)[number];

/**
 * The sealed half of a step. `input` is a JSONata expression over `{inputs, steps, request}` where `steps.<id>`
 * is the output of a dependency; for `service_call` its value is the request body, for `data_transform` it is
 * the output, for `conditional` its truth chooses the branch, for `wait` it says how long or until when, for `signal`
 * it is the output when no signal comes in time, for `workflow` it is what the child is asked.
 */
export const stepDetailsSchema = z.strictObject({
  title: z.string().max(300).optional(),
  input: z.string().max(20_000),
  /** the same for what undoes the step; it may read the step's own output too */
  compensation: z.string().max(20_000).optional(),
});

export const planDetailsSchema = z.record(field.id, stepDetailsSchema);

export type StepDetails = DeepReadonly<z.output<typeof stepDetailsSchema>>;
export type PlanDetails = DeepReadonly<z.output<typeof planDetailsSchema>>;
