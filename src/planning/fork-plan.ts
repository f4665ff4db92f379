import type { Plan, PlanDetails, PlanStep, StepDetails } from '../events/plan.js';
import { stepReferences } from '../execution/expression-references.js';
import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import type { ServiceOffer } from '../ports/catalogue.js';
import { type Binding, bind } from './bind.js';
import type { Candidate } from './match.js';
import { ofStep } from './of-step.js';
import { compensationOf, serviceStep, withAlternatives } from './plan-steps.js';
import { totalsOf } from './totals.js';

export interface ForkChanges {
  /** by step: members put over those of its input, or another expression in its place */
  readonly parameters: Readonly<Record<string, string | Readonly<Record<string, Json>>>>;
  /** by step: the service to call instead */
  readonly services: Readonly<Record<string, string>>;
}

export interface ForkedPlan {
  /** the caller seals the details and commits to the whole */
  readonly plan: Omit<Plan, 'details' | 'workflowHash'>;
  readonly details: PlanDetails;
}

const MAX_INPUT = 20_000;

/**
 * The same steps again, with the owner's changes; those that run again are bound at the prices of today, those that
 * are kept stay as they were.
 * @throws Refusal NO_SUCH_STEP, VALIDATION_FAILED, EXPRESSION_INVALID or NO_SERVICE
 */
export function forkedPlan(
  plan: Plan,
  details: PlanDetails,
  isKept: (stepId: string) => boolean,
  { parameters, services }: ForkChanges,
  binding: Binding,
): ForkedPlan {
  const last = plan.steps.at(-1)!.id;
  for (const id of [...Object.keys(parameters), ...Object.keys(services)])
    if (id === last)
      throw invalid(`${last} puts the result together and has nothing to change.`, { stepId: last });
  const changed = new Map(
    Object.entries(parameters).map(([id, wanted]) => [
      id,
      withParameters(step(plan, id), details[id]!, wanted),
    ]),
  );
  const steps = plan.steps.map((planned) => {
    const { id } = planned;
    if (services[id] !== undefined && planned.kind !== 'service_call')
      throw invalid(`${id} calls no service.`, { stepId: id });
    if (isKept(id) || planned.kind !== 'service_call') return planned;
    const isChanged = changed.has(id) || services[id] !== undefined;
    const serviceId = services[id] ?? planned.service!.id;
    const its = changed.get(id) ?? details[id]!;
    return rebound(
      planned,
      isChanged ? bound(planned, its, serviceId, binding) : again(planned, binding),
      binding,
    );
  });
  return {
    plan: { steps, ...totalsOf(steps) },
    details: { ...details, ...Object.fromEntries(changed) },
  };
}

const step = ({ steps }: Plan, id: string): PlanStep => steps.find((one) => one.id === id)!;

const invalid = (message: string, figures: Refusal['figures']): Refusal =>
  new Refusal('VALIDATION_FAILED', message, figures);

/** JSON text is a JSONata literal of the same value; what stands later in a `$merge` wins. */
function withParameters(
  { id, dependencies }: PlanStep,
  details: StepDetails,
  wanted: ForkChanges['parameters'][string],
): StepDetails {
  const input = typeof wanted === 'string' ? wanted : `$merge([${details.input}, ${JSON.stringify(wanted)}])`;
  if (input.length > MAX_INPUT)
    throw new Refusal('EXPRESSION_INVALID', `The input of ${id} is too long.`, { stepId: id });
  const undeclared = ofStep(id, () => stepReferences(input))
    .map((reference) => reference.step)
    .filter((other) => !dependencies.includes(other));
  if (undeclared.length > 0)
    throw invalid(`${id} cannot read steps it does not depend on.`, {
      stepId: id,
      undeclared: [...new Set(undeclared)],
      dependencies,
    });
  return { ...details, input };
}

/** By the same rules as a plan that names its service: known, not filtered out, and able to take the input. */
const bound = (
  planned: PlanStep,
  { title, input }: StepDetails,
  serviceId: string,
  binding: Binding,
): Candidate =>
  bind(
    {
      key: planned.id,
      kind: 'service_call',
      title: title ?? planned.name,
      serviceId,
      dependsOn: planned.dependencies,
      input,
    },
    binding,
  );

/** The service it had, at its price of today. */
const again = (
  { id, service, matchScore = 0, matchReasons = [] }: PlanStep,
  { offers }: Binding,
): Candidate => ({
  offer: offerOf(offers, service!.id, id),
  score: matchScore,
  reasons: matchReasons,
  fit: true,
});

function offerOf(offers: readonly ServiceOffer[], serviceId: string, stepId: string): ServiceOffer {
  const offer = offers.find(({ id }) => id === serviceId);
  if (offer) return offer;
  throw new Refusal('NO_SERVICE', `The catalogue has no service ${serviceId} any more; name another.`, {
    stepId,
    service: serviceId,
  });
}

/** Those that are still offered, at their prices of today. */
const alternativesOf = (
  { alternatives = [] }: PlanStep,
  chosen: string,
  offers: readonly ServiceOffer[],
): readonly Candidate[] =>
  alternatives.flatMap(({ service, matchScore: score }) => {
    const offer = offers.find(({ id }) => id === service.id && id !== chosen);
    return offer ? [{ offer, score, reasons: [], fit: true }] : [];
  });

function rebound(planned: PlanStep, candidate: Candidate, { offers }: Binding): PlanStep {
  const { sideEffect, compensation, service, alternatives: _old, ...rest } = planned;
  const others = alternativesOf(planned, candidate.offer.id, offers);
  const next = withAlternatives({ ...rest, ...serviceStep(rest, candidate), sideEffect }, others);
  if (!compensation?.service) return next;
  // what was to be undone by the service that did it is undone by the one that does it now
  const own = compensation.service.id === service?.id;
  const offer = own ? candidate.offer : offerOf(offers, compensation.service.id, planned.id);
  return { ...next, compensation: compensationOf({ ...candidate, offer }) };
}
