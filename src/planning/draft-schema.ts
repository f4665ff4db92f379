import { z } from 'zod';
import { signalName } from '../events/plan.js';
import { LIMITS } from '../kernel/limits.js';
import { usdcSchema } from '../kernel/usdc.js';

/** Plain enough to stand after `steps.` in an expression without quotes. */
const key = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a letter, then at most 39 letters, digits or _');

const stepShape = {
  key: key.describe('your name for the step, unique in the plan'),
  kind: z.enum(['service_call', 'data_transform', 'conditional']),
  title: z.string().min(1).max(300).describe('what the step does, for a person'),
  capability: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe('service_call only: a capability from the catalogue'),
  serviceId: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('service_call only, and only if no other will do'),
  dependsOn: z
    .array(key)
    .max(LIMITS.planSteps - 2)
    .describe('keys of the steps whose outputs this one reads or waits for'),
  input: z.string().min(1).max(20_000).describe('JSONata over {inputs, steps, request}'),
  when: z
    .strictObject({ step: key, branch: z.enum(['then', 'else']) })
    .optional()
    .describe('run only if that conditional step, one of dependsOn, took this branch'),
  onFailure: z
    .enum(['abort', 'skip_dependants', 'fallback'])
    .optional()
    .describe('fallback: a service_call goes to the next service that matches, within the approved price'),
};

const wantsService = (step: {
  kind: string;
  capability?: string | undefined;
  serviceId?: string | undefined;
}) => (step.kind === 'service_call') === (step.capability !== undefined || step.serviceId !== undefined);
const FALLBACK_RULE = { message: 'only a service_call has services to fall back to', path: ['onFailure'] };
const mayFallBack = ({ kind, onFailure }: { kind: string; onFailure?: string | undefined }) =>
  onFailure !== 'fallback' || kind === 'service_call';
const SERVICE_RULE = {
  message: 'a service_call names a capability or a serviceId, and no other step does',
  path: ['capability'],
};

const result = z.strictObject({
  step: key.describe('key of the step whose output is the result'),
  mediaType: z
    .string()
    .max(100)
    .regex(/^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/),
});

/** As a model drafts it. One step of LIMITS.planSteps is ours: `assemble`. */
export const planDraftSchema = z.strictObject({
  intent: z.strictObject({
    classification: z.string().min(1).max(80).describe('what kind of result is wanted, in one or two words'),
    capabilities: z.array(z.string().max(80)).max(40),
    confidence: z.number().min(0).max(1),
  }),
  steps: z
    .array(z.strictObject(stepShape).refine(wantsService, SERVICE_RULE).refine(mayFallBack, FALLBACK_RULE))
    .min(1)
    .max(LIMITS.planSteps - 1),
  result,
});

const compensation = z
  .strictObject({
    capability: stepShape.capability.describe('of the service that undoes the step'),
    serviceId: stepShape.serviceId.describe(
      'the service that undoes the step; by default the one that did it',
    ),
    input: stepShape.input.describe("JSONata as the step's input; it may read the step's own output too"),
  })
  .describe('what undoes the step when the run does not complete');

const sideEffects = z.enum(['none', 'reversible', 'irreversible']);

const waysToSayHowLong = (step: {
  for?: unknown;
  until?: unknown;
  input?: unknown;
  params?: unknown;
}): number => [step.for, step.until, step.input ?? step.params].filter((way) => way !== undefined).length;

const mayHaveNoInput = (kind: string): boolean => kind === 'wait' || kind === 'signal';

const MAY_SAY_HOW_LONG: readonly string[] = ['wait', 'signal', 'workflow'];

const givenStep = z
  .strictObject({
    ...stepShape,
    kind: z.enum([...stepShape.kind.options, 'wait', 'signal', 'workflow']),
    title: stepShape.title.optional(),
    dependsOn: stepShape.dependsOn.default([]),
    input: stepShape.input.optional(),
    params: z
      .record(z.string().max(200), z.json())
      .optional()
      .describe('fixed members of the input; members of `input` win over them'),
    for: z
      .number()
      .int()
      .min(0)
      .max(LIMITS.waitTime)
      .optional()
      .describe('wait: how long, in ms; signal, workflow: at most how long'),
    maxCost: usdcSchema
      .optional()
      .describe('workflow only: USDC it may cost, approved with this plan; by default nothing'),
    signal: signalName.optional().describe('signal only: the name of the signal it waits for'),
    until: z.iso.datetime({ offset: true }).optional().describe('wait only: until when'),
    sideEffect: sideEffects.optional().describe('reversible when the step declares its compensation'),
    compensation: compensation.optional(),
    requiresConfirmation: z
      .boolean()
      .optional()
      .describe('ask before it runs, where the plan was approved automatically; so is what cannot be undone'),
  })
  .refine((step) => !step.compensation || (step.sideEffect ?? 'reversible') === 'reversible', {
    message: 'only a reversible step has a compensation',
    path: ['sideEffect'],
  })
  .refine((step) => MAY_SAY_HOW_LONG.includes(step.kind) || step.for === undefined, {
    message: 'only a wait, a signal or a workflow has for',
    path: ['for'],
  })
  .refine((step) => step.kind === 'workflow' || step.maxCost === undefined, {
    message: 'only a workflow has maxCost',
    path: ['maxCost'],
  })
  .refine((step) => step.kind === 'wait' || step.until === undefined, {
    message: 'only a wait has until',
    path: ['until'],
  })
  .refine((step) => (step.kind === 'signal') === (step.signal !== undefined), {
    message: 'a signal names what it waits for, and no other step does',
    path: ['signal'],
  })
  .refine((step) => step.kind !== 'wait' || waysToSayHowLong(step) === 1, {
    message: 'a wait has one of for, until, and an input that gives {"for": ms} or {"until": time}',
    path: ['for'],
  })
  .refine((step) => mayHaveNoInput(step.kind) || step.input !== undefined || step.params !== undefined, {
    message: 'a step has input or params or both',
    path: ['input'],
  })
  .refine(wantsService, SERVICE_RULE)
  .refine(mayFallBack, FALLBACK_RULE);

/** As a caller posts a plan of his own. The result is the last step unless he says otherwise. */
export const givenPlanSchema = z.strictObject({
  steps: z
    .array(givenStep)
    .min(1)
    .max(LIMITS.planSteps - 1),
  result: result.optional(),
});

export type GivenPlan = z.input<typeof givenPlanSchema>;
export type ReadPlan = z.output<typeof givenPlanSchema>;
