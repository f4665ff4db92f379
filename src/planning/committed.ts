import type { Plan } from '../events/plan.js';
import { fieldText } from '../kernel/commitments/field.js';
import { planCommitment } from '../kernel/commitments/plan-commitment.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { plannedSteps } from '../receipts/planned-steps.js';

/** The plan with its commitment. @param secret 32 bytes, of the workflow */
export function committed(plan: Omit<Plan, 'workflowHash'>, secret: Uint8Array): Plan {
  const { steps, totals } = plan;
  const workflowHash = planCommitment({
    steps: plannedSteps(steps),
    maxCost: BigInt(totals.maxCost) + BigInt(totals.compensationReserve),
    salt: fieldText(saltFor(secret, 'plan')),
  });
  return { ...plan, workflowHash };
}
