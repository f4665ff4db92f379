import { z } from 'zod';

/**
 * What the command line reads of the API's answers. Members it does not know are let through: a newer server may
 * say more.
 */

const micros = z.string();

export const serviceOfStep = z.looseObject({ id: z.string(), name: z.string(), priceMicro: micros });

export const planStep = z.looseObject({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  action: z.string(),
  title: z.string(),
  dependencies: z.array(z.string()),
  matchScore: z.number().optional(),
  matchReasons: z.array(z.string()).optional(),
  service: serviceOfStep.optional(),
  estimatedCostMicro: micros,
  estimatedTime: z.number(),
});

export const plan = z.looseObject({
  planHash: z.string(),
  planner: z.string(),
  steps: z.array(planStep),
  criticalPath: z.array(z.string()),
  maxCostMicro: micros,
  planSummary: z.looseObject({
    steps: z.number(),
    services: z.number(),
    parallelSteps: z.number(),
    estimatedCostMicro: micros,
    estimatedTime: z.number(),
  }),
});

export const payment = z.looseObject({
  id: z.string(),
  stepId: z.string(),
  serviceId: z.string(),
  status: z.string(),
  amountMicro: micros.nullable(),
  signature: z.string().nullable(),
  slot: z.string().nullable(),
  explorerUrl: z.string().nullable(),
});

const failure = z.looseObject({ code: z.string(), message: z.string() });

export const workflowSummary = z.looseObject({
  id: z.string(),
  status: z.string(),
  terminal: z.boolean(),
  partial: z.boolean(),
  verificationLevel: z.string(),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
  currentStep: z.number(),
  totalSteps: z.number().nullable(),
  keptSteps: z.array(z.string()).optional(),
  maxCostMicro: micros,
  spentMicro: micros.nullable(),
  savedMicro: micros.nullable(),
  error: failure.nullable(),
});

export const workflow = workflowSummary.extend({
  input: z.string().optional(),
  plan: plan.nullable(),
  elapsed: z.number().nullable(),
  payments: z.array(payment),
});

const artifact = z.looseObject({ sha256: z.string(), size: z.number(), mediaType: z.string() });

export const stepResult = z.looseObject({
  stepId: z.string(),
  status: z.string(),
  output: z.unknown().optional(),
  outputRef: artifact.optional(),
});

export const result = z.looseObject({
  status: z.string(),
  partial: z.boolean(),
  result: z.looseObject({ mediaType: z.string(), value: z.unknown() }).nullable(),
});

export const receipt = z.looseObject({
  id: z.string(),
  outcome: z.string(),
  verificationLevel: z.string(),
  zkStatus: z.string(),
  proofError: failure.optional(),
  unprovable: z.string().optional(),
  provingMs: z.number().nullable(),
  document: z.unknown(),
});

export const service = z.looseObject({
  id: z.string(),
  name: z.string(),
  capability: z.string(),
  output: z.string(),
  priceMicro: micros,
  reputation: z.number(),
  latencyMs: z.number(),
});

export const auditEvent = z.looseObject({
  revision: z.number(),
  type: z.string(),
  actor: z.looseObject({ type: z.string(), id: z.string() }),
  occurredAt: z.string(),
  hash: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});

/** `seq` stands in what is durable; progress has none. */
export const streamMessage = z.looseObject({
  type: z.string(),
  seq: z.number().int().optional(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});

export type Plan = z.output<typeof plan>;
export type PlanStep = z.output<typeof planStep>;
export type Payment = z.output<typeof payment>;
export type Workflow = z.output<typeof workflow>;
export type WorkflowSummary = z.output<typeof workflowSummary>;
export type StepResult = z.output<typeof stepResult>;
export type ReceiptView = z.output<typeof receipt>;
export type Service = z.output<typeof service>;
export type AuditEvent = z.output<typeof auditEvent>;
export type StreamMessage = z.output<typeof streamMessage>;
