import { REFUSED, readerOf } from '../events/reader.js';
import { checkExpression } from '../execution/expression-references.js';
import { Refusal } from '../kernel/errors.js';
import { usdcToMicros } from '../kernel/money.js';
import type { DraftStep, PlanDraft } from '../ports/planner.js';
import { type GivenPlan, givenPlanSchema, type ReadPlan } from './draft-schema.js';
import { ofStep } from './of-step.js';
import { firstProblems } from './problems.js';

type GivenStep = ReadPlan['steps'][number];

/** Whoever declares how to undo a step says that it can be undone. */
function undoing({ sideEffect, compensation }: Pick<GivenStep, 'sideEffect' | 'compensation'>) {
  if (!compensation) return sideEffect === undefined ? {} : { sideEffect };
  const { capability, serviceId, input } = compensation;
  const service = {
    ...(capability === undefined ? {} : { capability }),
    ...(serviceId === undefined ? {} : { serviceId }),
  };
  return { sideEffect: 'reversible' as const, compensation: { ...service, input } };
}

const givesSomething = ({ input, params }: Pick<GivenStep, 'input' | 'params'>): boolean =>
  input !== undefined || params !== undefined;

/** Who says what it gives without its signal lets it go on without. */
function awaiting(step: Pick<GivenStep, 'signal' | 'for' | 'input' | 'params'>): Pick<DraftStep, 'signal'> {
  if (step.signal === undefined) return {};
  const onTimeout = givesSomething(step) ? 'input' : 'fail';
  const forMs = step.for === undefined ? {} : { forMs: step.for };
  return { signal: { name: step.signal, ...forMs, onTimeout } };
}

/** Without a limit it may cost nothing. */
function ofItsOwn({
  kind,
  maxCost = 0,
  for: forMs,
}: Pick<GivenStep, 'kind' | 'maxCost' | 'for'>): Pick<DraftStep, 'child'> {
  if (kind !== 'workflow') return {};
  return { child: { maxCost: usdcToMicros(maxCost), ...(forMs !== undefined && { forMs }) } };
}

/** JSON text is a JSONata literal of the same value. */
function inputOf(step: Pick<GivenStep, 'kind' | 'input' | 'params' | 'for' | 'until' | 'signal'>): string {
  const { input, params } = step;
  if (step.signal !== undefined) {
    if (!givesSomething(step)) return 'null';
  } else if (step.for !== undefined && step.kind === 'wait') return JSON.stringify({ for: step.for });
  else if (step.until !== undefined) return JSON.stringify({ until: step.until });
  if (params === undefined) return input!;
  const fixed = JSON.stringify(params);
  return input === undefined ? fixed : `$merge([${fixed}, ${input}])`;
}

const readPlan = readerOf(givenPlanSchema);

/**
 * A plan that a caller posts instead of a request. Checked by {@link propose} like a planner's.
 * @throws Refusal VALIDATION_FAILED naming the members that are wrong, or EXPRESSION_INVALID
 */
export function planFromGiven(given: unknown): PlanDraft {
  const read = readPlan(given);
  if (read !== REFUSED) return draftOfPlan(read);
  const parsed = givenPlanSchema.safeParse(given);
  if (parsed.success) return draftOfPlan(parsed.data);
  throw new Refusal('VALIDATION_FAILED', 'The plan is not well formed.', {
    problems: firstProblems(parsed.error),
  });
}

/** The same of a plan that was read before. @throws Refusal EXPRESSION_INVALID */
export function draftOfPlan({ steps, result }: ReadPlan): PlanDraft {
  // an input must be an expression by itself, so that it cannot close the `$merge` it is put into
  for (const { key, input } of steps) if (input !== undefined) ofStep(key, () => checkExpression(input));
  return {
    intent: {
      classification: 'given plan',
      capabilities: [...new Set(steps.flatMap(({ capability }) => capability ?? []))].slice(0, 40),
      confidence: 1,
      method: 'given',
    },
    steps: steps.map(({ key, kind, title, capability, serviceId, dependsOn, when, onFailure, ...rest }) => ({
      key,
      kind,
      title: title ?? key,
      dependsOn,
      input: inputOf({ kind, ...rest }),
      ...(capability === undefined ? {} : { capability }),
      ...(serviceId === undefined ? {} : { serviceId }),
      ...(when === undefined ? {} : { when }),
      ...(onFailure === undefined ? {} : { onFailure }),
      ...(rest.for === undefined || kind !== 'wait' ? {} : { waits: rest.for }),
      ...awaiting(rest),
      ...ofItsOwn({ kind, ...rest }),
      ...undoing(rest),
      ...(rest.requiresConfirmation === undefined ? {} : { requiresConfirmation: rest.requiresConfirmation }),
    })),
    result: result ?? { step: steps.at(-1)!.key, mediaType: 'application/json' },
  };
}

export type { GivenPlan };
