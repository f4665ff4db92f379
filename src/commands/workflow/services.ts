import type { BoundService, Plan, PlanStep } from '../../events/plan.js';
import { roundOf } from './interruption.js';
import type { Progress } from './state.js';

type Run = { readonly plan: Plan } & Pick<Progress, 'rounds'>;

export const plannedStep = ({ plan }: { readonly plan: Plan }, stepId: string): PlanStep =>
  plan.steps.find(({ id }) => id === stepId)!;

/** The step as it is done now: by the service it was planned for, or by the alternative it went to. */
export function currentStep(run: Run, stepId: string): PlanStep {
  const step = plannedStep(run, stepId);
  const service = alternativeOf(step, run.rounds?.[stepId]?.service);
  return service ? { ...step, service } : step;
}

const alternativeOf = (step: PlanStep, serviceId: string | undefined): BoundService | undefined =>
  step.alternatives?.find(({ service }) => service.id === serviceId)?.service;

/**
 * T17: the best alternative that was not given up, among those within the approved price if there are any. A dearer
 * one is paid nothing before its price is approved.
 */
export function nextAlternative(run: Run, stepId: string): BoundService | undefined {
  const { onFailure, service: planned, alternatives = [], maxCost } = plannedStep(run, stepId);
  if (onFailure !== 'fallback') return undefined;
  const { givenUp, service: current = planned?.id } = roundOf(run, stepId);
  const left = alternatives
    .map(({ service }) => service)
    .filter(({ id }) => id !== current && !givenUp.includes(id));
  return left.find((service) => isWithin(service, maxCost)) ?? left[0];
}

export const isWithin = ({ price }: BoundService, ceiling: string): boolean =>
  BigInt(price) <= BigInt(ceiling);
