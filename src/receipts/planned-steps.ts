import type { PlanStep } from '../events/plan.js';
import type { PlannedStep } from '../kernel/commitments/plan-commitment.js';

/**
 * A plan's steps as its commitment sees them. A step may be left out when a condition decides over it, or when
 * it needs a step that may be left out and cannot do without.
 */
export function plannedSteps(steps: readonly PlanStep[]): readonly PlannedStep[] {
  const skippable = new Set<string>();
  return steps.map((step) => {
    const orphaned = !step.toleratesSkipped && step.dependencies.some((id) => skippable.has(id));
    if (step.when !== undefined || orphaned) skippable.add(step.id);
    return {
      stepId: step.id,
      kind: step.kind,
      action: step.action,
      serviceId: step.service?.id ?? null,
      recipient: step.service?.payTo ?? null,
      network: step.service?.network ?? null,
      asset: step.service?.asset ?? null,
      ...(step.alternatives && {
        alternatives: step.alternatives.map(({ service: { id, payTo, network, asset } }) => ({
          serviceId: id,
          recipient: payTo,
          network,
          asset,
        })),
      }),
      ceiling: BigInt(step.maxCost),
      dependencies: step.dependencies,
      skippable: skippable.has(step.id),
    };
  });
}
