import type { Plan, PlanStep } from '../events/plan.js';
import { Refusal } from '../kernel/errors.js';
import { criticalPath, type Dependencies, topologicalLevels } from '../kernel/graph.js';
import { formatUsdc, type Micros, parseMicros, sumMicros } from '../kernel/money.js';

export interface PlanLimits {
  readonly maxCost: Micros;
  /** ms */
  readonly maxTime: number;
}

/** Cost of every step, both branches of a condition included; time along the longest path (domain.md 12). */
export function totalsOf(
  steps: readonly PlanStep[],
): Pick<Plan, 'criticalPath' | 'parallelGroups' | 'totals'> {
  const graph: Dependencies = new Map(steps.map(({ id, dependencies }) => [id, dependencies]));
  const time = new Map(steps.map(({ id, estimatedTime }) => [id, estimatedTime]));
  const levels = topologicalLevels(graph)!;
  const { path, length } = criticalPath(graph, (id) => time.get(id)!, levels);
  return {
    criticalPath: path,
    parallelGroups: levels.filter((level) => level.length > 1),
    totals: {
      estimatedCost: sumMicros(steps.map((step) => parseMicros(step.estimatedCost))).toString(),
      maxCost: sumMicros(steps.map((step) => parseMicros(step.maxCost))).toString(),
      compensationReserve: sumMicros(
        steps.map(({ compensation }) => parseMicros(compensation?.maxCost ?? '0')),
      ).toString(),
      criticalPathTime: length,
    },
  };
}

/** @throws Refusal PLAN_OVER_BUDGET or PLAN_OVER_TIME, with the figures to ask again */
export function assertWithin({ totals }: Pick<Plan, 'totals'>, { maxCost, maxTime }: PlanLimits): void {
  // what undoing may cost is held as well
  const cost = sumMicros([parseMicros(totals.maxCost), parseMicros(totals.compensationReserve)]);
  if (cost > maxCost)
    throw new Refusal(
      'PLAN_OVER_BUDGET',
      `The plan costs ${formatUsdc(cost)}, more than the allowed ${formatUsdc(maxCost)}.`,
      {
        costMicro: cost.toString(),
        maxCostMicro: maxCost.toString(),
      },
    );
  if (totals.criticalPathTime > maxTime)
    throw new Refusal(
      'PLAN_OVER_TIME',
      `The plan takes about ${totals.criticalPathTime} ms, more than the allowed ${maxTime} ms.`,
      {
        timeMs: totals.criticalPathTime,
        maxTimeMs: maxTime,
      },
    );
}
