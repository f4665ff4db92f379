import type { Plan, PlanStep } from '../../events/plan.js';
import { sumMicros } from '../../kernel/money.js';

export interface Asked {
  readonly stepId: string;
  readonly serviceId: string;
  /** micro-USDC */
  readonly quoted: bigint;
}

/**
 * The plan at the price that is asked. Nothing else in it changes but its sums; its commitment must be made again by
 * whoever can open the run's secret.
 */
export function repriced(plan: Plan, { stepId, serviceId, quoted }: Asked): Omit<Plan, 'workflowHash'> {
  const steps = plan.steps.map((step) => (step.id === stepId ? stepAt(step, serviceId, `${quoted}`) : step));
  const sum = (key: 'estimatedCost' | 'maxCost') =>
    sumMicros(steps.map((step) => BigInt(step[key]))).toString();
  const { workflowHash: _of, ...rest } = plan;
  return {
    ...rest,
    steps,
    totals: { ...plan.totals, estimatedCost: sum('estimatedCost'), maxCost: sum('maxCost') },
  };
}

function stepAt(step: PlanStep, serviceId: string, price: string): PlanStep {
  const { service, alternatives } = step;
  return {
    ...step,
    ...(service && { service: service.id === serviceId ? { ...service, price } : service }),
    ...(alternatives && {
      alternatives: alternatives.map((each) =>
        each.service.id === serviceId ? { ...each, service: { ...each.service, price } } : each,
      ),
    }),
    estimatedCost: price,
    maxCost: price,
  };
}

/** Most that a plan may cost, what undoing it may cost included. */
export const mostOf = ({ totals }: Pick<Plan, 'totals'>): bigint =>
  BigInt(totals.maxCost) + BigInt(totals.compensationReserve);
