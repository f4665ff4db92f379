import type { PlanStep } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import type { Approval, Executing, StepState } from './state.js';

/** T42: nobody looked at the plan, and the step does something that a person should say yes to. */
export const mustAsk = (step: PlanStep, state: StepState, { automatic }: Approval): boolean =>
  automatic && step.requiresConfirmation === true && !(state.status === 'waiting' && state.confirmed);

/** The question never outlives the run it is asked in. */
export function askFor({ runNo, deadline }: Executing, stepId: string, at: string): WorkflowEvent {
  const ttl = plusMs(at, LIMITS.confirmationTtl);
  const expiresAt = ttl < deadline ? ttl : deadline;
  return { type: 'StepConfirmationRequested', v: 1, runNo, stepId, requestedAt: at, expiresAt };
}
