import type { Plan, PlanDetails, PlanStep } from '../events/plan.js';
import { renameSteps } from '../execution/expression-references.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { DraftStep, PlanDraft } from '../ports/planner.js';
import { alternativesTo, type Binding, bind } from './bind.js';
import { checkDraft } from './draft-checks.js';
import { childStep, compensationOf, localStep, serviceStep, withAlternatives } from './plan-steps.js';
import { joins } from './skipping.js';
import { assertWithin, type PlanLimits, totalsOf } from './totals.js';

export interface ProposalTerms extends Binding, PlanLimits {
  readonly maxSteps?: number;
}

export interface Proposal {
  readonly intent: PlanDraft['intent'];
  /** the caller seals the details and commits to the whole */
  readonly plan: Omit<Plan, 'details' | 'workflowHash'>;
  readonly details: PlanDetails;
}

/** Steps nobody waits for, and the result: the run is over when they are. */
const ends = (steps: readonly DraftStep[], result: string): readonly string[] => {
  const awaited = new Set(steps.flatMap(({ dependsOn }) => dependsOn));
  return steps.map(({ key }) => key).filter((key) => key === result || !awaited.has(key));
};

/**
 * Makes a draft into a checked plan: ids are ours, services are bound by matching, prices and recipients come from
 * the catalogue, cost and time are added up here. `assemble`, the last step, gives `{mediaType, value}`.
 * @throws Refusal INVALID_DAG, EXPRESSION_INVALID, VALIDATION_FAILED, NO_SERVICE, PLAN_OVER_BUDGET or PLAN_OVER_TIME
 */
export function propose(draft: PlanDraft, terms: ProposalTerms): Proposal {
  const ordered = checkDraft(draft, Math.min(terms.maxSteps ?? LIMITS.planSteps, LIMITS.planSteps));
  const joining = joins(ordered);
  const ids = new Map(ordered.map(({ key }, at) => [key, `step_${at + 1}`]));
  const idOf = (key: string): string => ids.get(key)!;

  const steps = ordered.map((step): PlanStep => {
    const standing = {
      id: idOf(step.key),
      dependencies: [...new Set(step.dependsOn)].map(idOf),
      toleratesSkipped: joining.has(step.key),
      onFailure: step.onFailure ?? 'abort',
    } as const;
    const { when } = step;
    const shared = when ? { ...standing, when: { step: idOf(when.step), branch: when.branch } } : standing;
    if (step.kind !== 'service_call') {
      const planned = step.child ? childStep(shared, step.child) : localStep(shared, step.kind, step.waits);
      return withEffects(step.signal ? { ...planned, signal: step.signal } : planned, step, terms);
    }
    const candidate = bind(step, terms);
    const planned = withEffects(serviceStep(shared, candidate), step, terms);
    return mayMove(planned) ? withAlternatives(planned, alternativesTo(candidate, step, terms)) : planned;
  });
  const assemble = {
    id: `step_${steps.length + 1}`,
    dependencies: ends(ordered, draft.result.step).map(idOf),
    toleratesSkipped: true,
    onFailure: 'abort',
  } as const;
  steps.push(localStep(assemble, 'assemble'));

  const plan = { steps, ...totalsOf(steps) };
  assertWithin(plan, terms);
  const details = Object.fromEntries(
    ordered.map(({ key, title, input, compensation }) => [
      idOf(key),
      {
        title,
        input: rename(key, input, idOf),
        ...(compensation && { compensation: rename(key, compensation.input, idOf) }),
      },
    ]),
  );
  const value = `steps.${idOf(draft.result.step)}`;
  const input = `{"mediaType": ${JSON.stringify(draft.result.mediaType)}, "value": ${value}}`;
  return { intent: draft.intent, plan, details: { ...details, [assemble.id]: { input } } };
}

/** A step is planned as one without effects; most are. */
function withEffects(planned: PlanStep, step: DraftStep, terms: Binding): PlanStep {
  const { sideEffect = 'none', compensation, requiresConfirmation } = step;
  if (sideEffect === 'none' && !compensation && !requiresConfirmation) return planned;
  return { ...planned, ...undoing(step, planned, terms), ...asking(step) };
}

/** What cannot be undone is asked about, unless its author says that it need not be. */
const asking = ({ sideEffect, requiresConfirmation = sideEffect === 'irreversible' }: DraftStep) =>
  requiresConfirmation ? ({ requiresConfirmation } as const) : {};

/** What only the service that did a step can undo must not be done by another one. */
const mayMove = ({ onFailure, service, compensation }: PlanStep): boolean =>
  onFailure === 'fallback' &&
  (compensation?.service === undefined || compensation.service.id !== service?.id);

/** What undoes a step is bound like the step: by matching, at the price of the catalogue. */
function undoing(
  { key, title, sideEffect = 'none', compensation }: DraftStep,
  { service }: PlanStep,
  terms: Binding,
): Pick<PlanStep, 'sideEffect' | 'compensation'> {
  if (!compensation) return { sideEffect };
  const { input, capability, serviceId = capability === undefined ? service?.id : undefined } = compensation;
  if (capability === undefined && serviceId === undefined)
    return { sideEffect, compensation: compensationOf(undefined) };
  const call = {
    key,
    title,
    kind: 'service_call',
    dependsOn: [],
    input,
    ...(capability === undefined ? {} : { capability }),
    ...(serviceId === undefined ? {} : { serviceId }),
  } as const;
  return { sideEffect, compensation: compensationOf(bind(call, terms)) };
}

function rename(key: string, input: string, idOf: (key: string) => string): string {
  const renamed = renameSteps(input, idOf);
  if (renamed.length <= 20_000) return renamed;
  throw new Refusal('EXPRESSION_INVALID', `The input of step ${key} is too long.`, { step: key });
}
